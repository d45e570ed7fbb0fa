"""Opcodes and their arguments, read from a bounded stream.

The format is that of CPython's ``pickletools``, whose table of opcodes is used.
"""

from __future__ import annotations

import codecs
import io
import pickletools
import warnings
from typing import Any, Self

from auditor.compare.readers.blob import Blob
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["MAX_OPCODES", "MAX_TEXT", "Source"]

MAX_OPCODES = 8_000_000
MAX_TEXT = 512 * 1024**2
_MAX_LINE = 64 * 1024**2
_INLINE = 4096
_WIDTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
_BYTES = frozenset({"BINBYTES", "BINBYTES8", "SHORT_BINBYTES", "BYTEARRAY8"})
_OPCODES: dict[bytes, tuple[str, Any]] = {
    one.code.encode("latin-1"): (one.name, one.arg) for one in pickletools.opcodes
}


class Source:
    """Reads a blob from its start. Raises ``Unreadable`` where it ends early.

    Text is read into memory, at most 512 MiB and of 8 million opcodes (``Undecided``); long bytes
    stay where they are.
    """

    def __init__(self, blob: Blob) -> None:
        self.blob = blob
        self.at = 0
        self._file = blob.open()
        self._text = 0
        self._opcodes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.blob.length - self.at

    def opcode(self) -> tuple[str, Any]:
        """Return the next opcode's name and argument; bytes over 4 KiB as a ``Blob``."""
        self._opcodes += 1
        if self._opcodes > MAX_OPCODES:
            raise Undecided(f"a pickle of more than {MAX_OPCODES} opcodes")
        code = self.take(1)
        try:
            name, argument = _OPCODES[code]
        except KeyError:
            raise Unreadable(f"byte {self.at - 1} is no opcode of a pickle") from None
        return name, None if argument is None else self._argument(name, argument)

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes, read."""
        self.at += count
        data = self._file.read(count) if self.at <= self.blob.length else b""
        if len(data) != count:
            raise Unreadable("the pickle ends early")
        return data

    def run(self, count: int) -> Blob | bytes:
        """Return the next ``count`` bytes; many are passed over, and stay in the file."""
        if count <= _INLINE:
            return self.take(count)
        part = self.blob.part(self.at, count)
        self.skip(count)
        return part

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes, which are there."""
        self.at += count
        self._file.seek(count, io.SEEK_CUR)

    def _argument(self, name: str, argument: Any) -> Any:  # noqa: ANN401 - of pickletools
        try:
            if argument.n in _WIDTHS:
                count = int.from_bytes(self.take(_WIDTHS[argument.n]), "little")
                return self._counted(name, count)
            if argument.n == 1:
                return self.take(1)[0]
            if argument.n > 0:
                return argument.reader(io.BytesIO(self.take(argument.n)))
            return self._written(name, argument)
        except ValueError as error:
            raise Unreadable(f"the argument of {name} is not valid: {error}") from None

    def _counted(self, name: str, count: int) -> Any:  # noqa: ANN401 - by opcode
        if name in _BYTES:
            return self.run(count)
        self._weigh(count)
        data = self.take(count)
        if name.startswith("LONG"):
            return int.from_bytes(data, "little", signed=True)
        if "UNICODE" in name:
            return data.decode("utf-8", "surrogatepass")
        # The byte strings of Python 2, which were text and bytes alike.
        return data.decode("latin-1")

    def _written(self, name: str, argument: Any) -> Any:  # noqa: ANN401 - by opcode
        if name in {"GLOBAL", "INST"}:
            return self._text_line(), self._text_line()
        if name == "PERSID":
            return self._text_line()
        if name == "STRING":
            quoted = self._line().strip()[1:-1]
            with warnings.catch_warnings(action="ignore"):
                return codecs.escape_decode(quoted)[0].decode("latin-1")
        return argument.reader(io.BytesIO(self._line()))

    def _text_line(self) -> str:
        return self._line()[:-1].decode("utf-8")

    def _line(self) -> bytes:
        line = self._file.readline(min(self.left, _MAX_LINE))
        self._weigh(len(line))
        self.at += len(line)
        if not line.endswith(b"\n"):
            raise Unreadable("a line of the pickle has no end")
        return line

    def _weigh(self, count: int) -> None:
        if count > self.left:
            raise Unreadable("the pickle ends early")
        self._text += count
        if self._text > MAX_TEXT:
            raise Undecided(f"more than {MAX_TEXT} bytes of text in one pickle")
