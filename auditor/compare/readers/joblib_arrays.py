"""What joblib adds to pickles: compression around them, and raw arrays in between.

After ``joblib.numpy_pickle`` and ``joblib.compressor``: an array's bytes follow its description
in the stream, since joblib 1.2 behind one byte that counts the padding.
"""

from __future__ import annotations

import bz2
import lzma
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from auditor.compare.readers.blob import Blob
from auditor.compare.readers.optional import library
from auditor.compare.readers.pickles.arrays import WRAPPER, shape_of
from auditor.compare.readers.pickles.dtypes import dtype_of
from auditor.compare.readers.pickles.machine import Machine
from auditor.compare.readers.pickles.nodes import Made, Pairs, Unsupported
from auditor.compare.readers.pickles.source import Source
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["MAX_UNPACKED", "follow", "unpacked"]

MAX_UNPACKED = 8 * 1024**3
_CHUNK = 1024 * 1024
_MEMORY = 512 * 1024**2
_ZLIB_OR_GZIP = 47
_PADDING = "numpy_array_alignment_bytes"
_LZ4 = b"\x04\x22\x4d\x18"
_COMPRESSED = (b"\x78", b"\x1f\x8b", b"BZ", b"\xfd7zXZ", b"\x5d\x00", _LZ4)
_CLOSED = {
    b"ZF": "joblib before version 0.9.3",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def follow(source: Source, made: Made) -> None:
    """Take the array that follows its description out of the stream."""
    if made.name != WRAPPER or not isinstance(made.state, Pairs):
        return
    try:
        dtype = dtype_of(made.state.get("dtype"))
    except Unsupported as reason:
        raise Undecided(str(reason)) from None
    if dtype.objects:
        made.follows = Machine(source).load()
        return
    if made.state.get(_PADDING) is not None:
        source.run(source.take(1)[0])
    size = math.prod(shape_of(made.state.get("shape"))) * dtype.type.itemsize
    data = source.run(size)
    made.follows = data if isinstance(data, Blob) else Blob.of(data)


def unpacked(path: Path, target: Path) -> Path:
    """Return the file without compression: itself, or ``target``, which is then written.

    Raises ``Unreadable``, ``Undecided`` where it unpacks to more than 8 GiB.
    """
    with path.open("rb") as file:
        head = file.read(6)
        for magic, what in _CLOSED.items():
            if head.startswith(magic):
                raise Undecided(f"compressed by {what}, which is not read")
        if not head.startswith(_COMPRESSED):
            return path
        file.seek(0)
        with target.open("wb") as plain:
            size = 0
            for chunk in _chunks(file, head):
                size += plain.write(chunk)
                if size > MAX_UNPACKED:
                    raise Undecided(f"unpacks to more than {MAX_UNPACKED} bytes")
    return target


def _chunks(file: BinaryIO, head: bytes) -> Iterator[bytes]:
    try:
        if head.startswith((b"\x78", b"\x1f\x8b")):
            yield from _inflated(file)
        else:
            yield from _expanded(file, _decompressor(head))
    except (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Unreadable(f"not readably compressed: {error}") from None
    if file.read(1):
        raise Unreadable("there is more behind the compressed pickle")


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    inflating = zlib.decompressobj(_ZLIB_OR_GZIP)
    while not inflating.eof:
        data = inflating.unconsumed_tail or file.read(_CHUNK)
        if not data:
            raise EOFError("it ends early")
        yield inflating.decompress(data, _CHUNK)
    if inflating.unused_data:
        raise EOFError("there is more behind it")


def _decompressor(head: bytes) -> Any:  # noqa: ANN401 - of three libraries, used alike
    if head.startswith(b"BZ"):
        return bz2.BZ2Decompressor()
    if head.startswith(_LZ4):
        return library("lz4.frame", "lz4", "files compressed by LZ4").LZ4FrameDecompressor()
    return lzma.LZMADecompressor(memlimit=_MEMORY)


def _expanded(file: BinaryIO, expanding: Any) -> Iterator[bytes]:  # noqa: ANN401 - of three libraries
    while not expanding.eof:
        data = file.read(_CHUNK) if expanding.needs_input else b""
        if expanding.needs_input and not data:
            raise EOFError("it ends early")
        yield expanding.decompress(data, _CHUNK)
    if expanding.unused_data:
        raise EOFError("there is more behind it")
