"""Runs of bytes that stay where they are, and arrays that lie in them."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any, BinaryIO

from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Blob", "Mapped", "rows"]

MAX_READ = 256 * 1024**2
# Of one array; a view that repeats its elements may be larger than its file.
MAX_ARRAY = 16 * 1024**3


class Blob:
    """``length`` bytes from ``offset`` of a file, or in memory. It is not read until asked for."""

    __slots__ = ("_data", "length", "offset", "path")

    def __init__(self, path: Path, offset: int, length: int) -> None:
        self.path: Path | None = path
        self.offset = offset
        self.length = length
        self._data = b""

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """Return bytes that are in memory."""
        blob = cls(Path(), 0, len(data))
        blob.path, blob._data = None, data
        return blob

    @classmethod
    def file(cls, path: Path) -> Blob:
        """Return all of a file."""
        return cls(path, 0, path.stat().st_size)

    def part(self, offset: int, length: int) -> Blob:
        """Return ``length`` bytes from ``offset``. Raises ``Unreadable`` where there are fewer."""
        if offset < 0 or length < 0 or offset + length > self.length:
            raise Unreadable(f"{length} bytes at {offset} are beyond the {self.length} there are")
        if self.path is None:
            return Blob.of(self._data[offset : offset + length])
        return Blob(self.path, self.offset + offset, length)

    @property
    def held(self) -> bool:
        """Whether it is in memory."""
        return self.path is None

    def open(self) -> BinaryIO:
        """Open what it lies in, at its first byte; where it ends is for the caller to know."""
        if self.path is None:
            return io.BytesIO(self._data)
        file = self.path.open("rb")
        file.seek(self.offset)
        return file

    def read(self) -> bytes:
        """Return the bytes. Raises ``Undecided`` for more than 256 MiB, ``Unreadable``."""
        if self.length > MAX_READ:
            raise Undecided(f"{self.length} bytes in one value are more than are read")
        with self.open() as file:
            data = file.read(self.length)
        if len(data) != self.length:
            raise Unreadable("the file ends early")
        return data

    def mapped(self) -> Any:  # noqa: ANN401 - numpy comes late
        """Return the bytes as an array, of a file as a map that is read where it is used."""
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        if self.path is None or not self.length:
            return np.frombuffer(self._data, dtype=np.uint8)
        shape = (self.length,)
        try:
            return np.memmap(self.path, np.uint8, mode="r", offset=self.offset, shape=shape)
        except (OSError, ValueError) as error:
            raise Unreadable(f"cannot be mapped: {error}") from None


class Mapped(Array):
    """An array in a blob; in a file, it is mapped whenever its values are asked for, then let go.

    ``strides`` are in bytes, rows one after the other where not given. ``kind`` is the name of
    a type that NumPy lacks. Raises ``Unreadable`` where the array does not fit into the blob,
    ``Undecided`` where it repeats its elements into more than 16 GiB.
    """

    __slots__ = ("_blob", "_held", "_shape", "_strides", "_type")

    def __init__(
        self,
        blob: Blob,
        dtype: Any,  # noqa: ANN401 - numpy comes late
        shape: tuple[int, ...],
        strides: tuple[int, ...] | None = None,
        kind: str = "",
    ) -> None:
        if strides is None:
            strides = rows(shape, dtype.itemsize)
        if min((*shape, *strides), default=0) < 0:
            raise Unreadable("an array has a negative length or stride")
        count = math.prod(shape)
        last = sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
        if count and last + dtype.itemsize > blob.length:
            raise Unreadable(f"an array of {list(shape)} does not fit into its {blob.length} bytes")
        if count * max(dtype.itemsize, 1) > max(MAX_ARRAY, blob.length):
            raise Undecided(f"an array of {list(shape)} repeats {blob.length} bytes too often")
        self._blob, self._type, self._shape, self._strides = blob, dtype, shape, strides
        self._held: Any = None
        # The order of bytes is how a value is written, not what it is.
        self.dtype = kind or str(dtype.newbyteorder("="))

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self._shape

    @property
    def values(self) -> Any:  # type: ignore[override]  # noqa: ANN401 - numpy comes late
        """The elements, mapped."""
        if self._held is not None:
            return self._held
        try:
            view = self._viewed()
        except (ValueError, OverflowError, MemoryError) as error:
            raise Unreadable(f"not a readable array: {error}") from None
        if self._blob.held:
            self._held = view
        return view

    @property
    def nbytes(self) -> int:
        """How many bytes its elements take, each time they are repeated."""
        return math.prod(self._shape) * int(self._type.itemsize)

    def _viewed(self) -> Any:  # noqa: ANN401 - numpy comes late
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        if not self.nbytes:
            return np.zeros(self._shape, self._type)
        flat = self._blob.mapped()
        whole = flat[: flat.size // self._type.itemsize * self._type.itemsize].view(self._type)
        return np.lib.stride_tricks.as_strided(
            whole, self._shape, self._strides, subok=True, writeable=False
        )

    def raw(self) -> bytes:
        """Return the elements' bytes, row by row."""
        if self.nbytes > MAX_READ:
            raise Undecided("an array that names something is too large")
        return bytes(self.values.tobytes())


def rows(shape: tuple[int, ...], size: int, order: str = "C") -> tuple[int, ...]:
    """Return the strides in bytes of elements of ``size`` bytes, row by row or column by column."""
    axes = range(len(shape))
    strides = [0] * len(shape)
    step = size
    for axis in reversed(axes) if order == "C" else axes:
        strides[axis] = step
        step *= max(shape[axis], 1)
    return tuple(strides)
