"""Plain text: its encoding, and its lines in bounded memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.text.bars import Overwritten, Segment, shown_lines

__all__ = ["PlainText", "looks_plain"]

MAX_BYTES = 256 * 1024 * 1024
MAX_LINE = 16 * 1024 * 1024
_CHUNK = 1024 * 1024
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Text has tabs, line ends, form feeds, and what steers a terminal: bell, backspace, escape.
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")


class PlainText:
    """One text file. ``lines`` goes through it once, and fills in the rest.

    ``encoding`` is named as Python does; ``ends`` are the ends of its lines; ``overwritten`` are
    the states of progress bars that were left out. Raises ``Unreadable``, ``Undecided``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding = _encoding(path)
        self.ends: set[str] = set()
        self.ended = True
        self.overwritten = Overwritten()

    def lines(self, *, bars: bool = False) -> Iterator[str]:
        """Yield the lines without their ends; ``bars`` leaves out what bars overwrote."""
        segments = self._ended()
        for text, _ in shown_lines(segments, self.overwritten) if bars else segments:
            yield text

    def _ended(self) -> Iterator[Segment]:
        """Yield lines and what was overwritten, each with how it ended; note the ends of lines."""
        for line in self._segments():
            if line.endswith("\r\n"):
                self.ends.add("\r\n")
                yield line[:-2], "\n"
            elif line.endswith(("\n", "\r")):
                self.ends |= {line[-1]} - {"\r"}
                yield line[:-1], line[-1]
            else:
                self.ended = False
                yield line, ""

    def _segments(self) -> Iterator[str]:
        # No translation of line ends: a carriage return alone ends a segment too.
        with self.path.open(encoding=self.encoding, newline="") as file:
            while line := file.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    raise Unreadable(f"a line of text is longer than {MAX_LINE} characters")
                yield line


def looks_plain(head: bytes) -> bool:
    """Say whether the first bytes of a file are UTF-8 text without control characters."""
    if not head or _CONTROL.search(head):
        return False
    try:
        # The head may end inside a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of text are more than the {MAX_BYTES} that are read")
    with path.open("rb") as file:
        start = file.read(3)
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            _check(path, name)
            return name
    return "utf-8" if _is_utf8(path) else "latin-1"


def _is_utf8(path: Path) -> bool:
    plain = True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if b"\0" in chunk:
                    raise Unreadable("not text: it holds zero bytes")
                plain = plain and not _CONTROL.search(chunk)
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # Latin-1 decodes anything: without control characters it is likely to be text.
        if not plain or _CONTROL.search(path.read_bytes()):
            raise Unreadable(f"not UTF-8: {error.reason}") from None
        return False
    return True


def _check(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable(f"not {encoding}: {error.reason}") from None
