"""ZIP archives whose members are read where they lie, without unpacking what is only stored."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from typing import Self

from auditor.compare.readers.blob import MAX_READ, Blob
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Stored"]

_HEADER = struct.Struct("<26xHH")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    NotImplementedError,
    RuntimeError,
)
_MAGIC = b"PK\x03\x04"


class Stored:
    """An archive's members by name. Raises ``Unreadable``, ``Undecided``."""

    def __init__(self, blob: Blob) -> None:
        self._whole = blob
        # An archive within another file is read into memory.
        alone = blob.path is not None and blob.offset == 0
        self._file = blob.open() if alone else io.BytesIO(blob.read())
        try:
            self._archive = zipfile.ZipFile(self._file)
        except _BROKEN as error:
            self._file.close()
            raise Unreadable(f"not a readable archive: {error}") from None
        members = [one for one in self._archive.infolist() if not one.filename.endswith("/")]
        self.names = {one.filename: one for one in members}
        if len(self.names) != len(members):
            self.close()
            raise Unreadable("a member appears twice in one archive")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; blobs in it open it again."""
        self._archive.close()
        self._file.close()

    def checksum(self, name: str) -> str:
        """Return the checksum of a member's content."""
        return f"{self._member(name).CRC:08x}"

    def blob(self, name: str) -> Blob:
        """Return a member's content: in the file where it is stored, else unpacked in memory."""
        member = self._member(name)
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            return Blob.of(self._unpacked(member))
        file = self._whole
        header = file.part(member.header_offset, _HEADER.size).read()
        if not header.startswith(_MAGIC):
            raise Unreadable("a member is not where the archive says it is")
        lengths = _HEADER.unpack(header)
        return file.part(member.header_offset + _HEADER.size + sum(lengths), member.file_size)

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self.names:
            raise Unreadable(f"the archive lacks {name}")
        return self.names[name]

    def _unpacked(self, member: zipfile.ZipInfo) -> bytes:
        if member.file_size > MAX_READ:
            raise Undecided(f"a compressed member of {member.file_size} bytes is too large")
        try:
            return self._archive.read(member)
        except _BROKEN as error:
            raise Unreadable(f"not a readable archive: {error}") from None
