"""Compressed files: gzip (RFC 1952), bzip2 and xz, unpacked in bounded space."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.members import copied

__all__ = ["gzip_header", "unpack"]

_CHUNK = 1 << 18
_XZ_MEMORY = 512 * 1024 * 1024
_EXTRA, _NAME = 4, 8
_LONGEST_NAME = 4096


def unpack(path: Path, kind: str, target: Path) -> None:
    """Unpack ``path``, of ``kind`` gz, bz2 or xz. Raises ``Unreadable``, ``Undecided``."""
    try:
        with path.open("rb") as raw, _opened(raw, kind) as source:
            copied(source, target, path.stat().st_size)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        if "limit" in str(error):
            raise Undecided(f"unpacking needs more than {_XZ_MEMORY} bytes of memory") from None
        raise Unreadable(f"not a readable {kind} file: {error}") from None


def gzip_header(path: Path) -> tuple[int, bytes]:
    """Return the time and the name in the first header of a gzip file (RFC 1952, 2.3)."""
    with path.open("rb") as file:
        head = file.read(12 + 65535 + _LONGEST_NAME)
    try:
        _magic, _method, flags, time, _rest = struct.unpack_from("<HBBIH", head)
        start = 10
        if flags & _EXTRA:
            start += 2 + struct.unpack_from("<H", head, start)[0]
    except struct.error:
        return 0, b""
    name = head[start : start + _LONGEST_NAME].split(b"\0")[0] if flags & _NAME else b""
    return time, name


def _opened(raw: BinaryIO, kind: str) -> BinaryIO:
    if kind == "gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if kind == "bz2":
        return cast("BinaryIO", bz2.BZ2File(raw))
    return cast("BinaryIO", io.BufferedReader(_Xz(raw), _CHUNK))


class _Xz(io.RawIOBase):
    """Reads xz streams one after the other; ``lzma.open`` takes no limit of memory."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self._raw = raw
        self._decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
        self._ahead = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while True:
            if self._decoder.eof:
                self._ahead = (self._decoder.unused_data + self._raw.read(_CHUNK)).lstrip(b"\0")
                if not self._ahead:
                    return 0
                self._decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            elif self._decoder.needs_input:
                self._ahead = self._raw.read(_CHUNK)
                if not self._ahead:
                    raise EOFError("it ends inside a stream")
            data = self._decoder.decompress(self._ahead, len(view))
            self._ahead = b""
            if data:
                view[: len(data)] = data
                return len(data)
