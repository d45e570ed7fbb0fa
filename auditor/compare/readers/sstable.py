"""Tables of LevelDB: sorted keys with their values, in blocks that leave out shared prefixes.

Format: https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from auditor.compare.readers.crc32c import masked_crc32c
from auditor.compare.readers.protobuf import varint
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["MAX_BYTES", "entries"]

MAX_BYTES = 256 * 1024 * 1024
_FOOTER = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER = 5
_PLAIN = 0
_CHECKED = 1024 * 1024


def entries(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the keys and values of a table in order. Raises ``Unreadable``, ``Undecided``."""
    if len(data) > MAX_BYTES:
        raise Undecided(f"{len(data)} bytes of table are more than the {MAX_BYTES} that are read")
    if len(data) < _FOOTER or struct.unpack("<Q", data[-8:])[0] != _MAGIC:
        raise Unreadable("not a table: it does not end as one")
    footer = data[-_FOOTER:]
    _, _, at = _handle(footer, 0)
    offset, size, _ = _handle(footer, at)
    left = len(data)
    for _, handle in _block(data, offset, size):
        offset, size, _ = _handle(handle, 0)
        # Blocks lie apart: an index that names them again and again is not one.
        left -= size
        if left < 0:
            raise Unreadable("blocks of the table overlap")
        yield from _block(data, offset, size)


def _handle(data: memoryview, at: int) -> tuple[int, int, int]:
    offset, at = varint(data, at)
    size, at = varint(data, at)
    return offset, size, at


def _block(data: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    end = offset + size
    if end + _TRAILER > len(data):
        raise Unreadable("a block goes beyond the end of the table")
    if data[end] != _PLAIN:
        raise Undecided("the table is compressed, which cannot be read here")
    (stored,) = struct.unpack("<I", data[end + 1 : end + _TRAILER])
    if size <= _CHECKED and masked_crc32c(data[offset : end + 1]) != stored:
        raise Unreadable("a block of the table does not match its checksum")
    block = data[offset:end]
    if len(block) < 4:  # noqa: PLR2004 - the number of restarts, 32 bits
        raise Unreadable("a block of the table is too short")
    (restarts,) = struct.unpack("<I", block[-4:])
    if 4 * (restarts + 1) > len(block):
        raise Unreadable("a block of the table is too short")
    yield from _pairs(block[: len(block) - 4 * (restarts + 1)])


def _pairs(block: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at, key = 0, b""
    while at < len(block):
        shared, at = varint(block, at)
        rest, at = varint(block, at)
        length, at = varint(block, at)
        if shared > len(key) or at + rest + length > len(block):
            raise Unreadable("an entry goes beyond the end of its block")
        key = key[:shared] + bytes(block[at : at + rest])
        at += rest
        yield key, block[at : at + length]
        at += length
