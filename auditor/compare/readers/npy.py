"""NumPy's own format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.

The header is a Python literal and is read as one; nothing is ever unpickled.
"""

from __future__ import annotations

import ast
import warnings
from math import prod
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from auditor.compare.readers.mapped import mapped
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["MAGIC", "Header", "header", "mapped_array", "streamed_array"]

MAGIC = b"\x93NUMPY"
MAX_HEADER = 1 << 20
# An array that lies by columns in a compressed member has to be held whole.
MAX_HELD = 1 << 28
_VERSIONS = {(1, 0): (2, "latin1"), (2, 0): (4, "latin1"), (3, 0): (4, "utf-8")}
_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    SyntaxError,
    RecursionError,
    MemoryError,
    OverflowError,
)


class Header(NamedTuple):
    """What a file says of its array, and at which byte its elements begin."""

    dtype: Any
    shape: tuple[int, ...]
    by_columns: bool
    offset: int

    @property
    def nbytes(self) -> int:
        """How many bytes the elements take."""
        return prod(self.shape) * int(self.dtype.itemsize)


def header(file: IO[bytes]) -> Header:
    """Read a header. Raises ``Unreadable``, and ``Undecided`` of arrays of Python objects."""
    start = file.read(len(MAGIC) + 2)
    form = _VERSIONS.get((start[-2], start[-1])) if len(start) == len(MAGIC) + 2 else None
    if form is None or not start.startswith(MAGIC):
        raise Unreadable("not a readable array: it does not start as NumPy's format does")
    width, encoding = form
    length = int.from_bytes(file.read(width), "little")
    if length > MAX_HEADER:
        raise Undecided(f"a header of {length} bytes is more than the {MAX_HEADER} that are read")
    try:
        with warnings.catch_warnings(action="ignore"):
            dtype, shape, by_columns = _parsed(file.read(length).decode(encoding))
    except _BROKEN as error:
        raise Unreadable(f"not a readable array: {_brief(error)}") from None
    if dtype.hasobject:
        raise Undecided("an array of Python objects: to read it is to unpickle it")
    return Header(dtype, shape, by_columns, len(start) + width + length)


def _parsed(text: str) -> tuple[Any, tuple[int, ...], bool]:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    literal = ast.literal_eval(text.strip())
    if not isinstance(literal, dict) or set(literal) != {"descr", "fortran_order", "shape"}:
        raise ValueError("its header has other keys than NumPy's")
    shape = literal["shape"]
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("its shape is no tuple of lengths")
    dtype = np.lib.format.descr_to_dtype(literal["descr"])
    if dtype.subdtype is not None:
        raise ValueError("its type is an array itself")
    return dtype, shape, bool(literal["fortran_order"])


def mapped_array(path: Path) -> Array:
    """Return the array of a ``.npy`` file, mapped. Raises ``Unreadable``, ``Undecided``."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    with path.open("rb") as file:
        head = header(file)
    if head.offset + head.nbytes > path.stat().st_size:
        raise Unreadable("not a readable array: it ends before its last element")
    order: Literal["C", "F"] = "F" if head.by_columns else "C"
    try:
        if not head.nbytes:
            return Array(np.zeros(head.shape, head.dtype))
        buffer = mapped(path)
        return Array(np.ndarray(head.shape, head.dtype, buffer, head.offset, order=order))
    except (ValueError, OverflowError, MemoryError) as error:
        raise Unreadable(f"not a readable array: {_brief(error)}") from None


def streamed_array(file: IO[bytes], size: int) -> Array:
    """Return the array of an open file of ``size`` bytes that is read on from box to box.

    Raises ``Unreadable``, ``Undecided``.
    """
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    head = header(file)
    if head.offset + head.nbytes > size:
        raise Unreadable("not a readable array: it ends before its last element")
    try:
        if not head.nbytes:
            return Array(np.zeros(head.shape, head.dtype))
        if not head.by_columns:
            return Array(_Streamed(file, head))
        if head.nbytes > MAX_HELD:
            raise Undecided(f"{head.nbytes} bytes by columns are more than the {MAX_HELD} held")
        return Array(np.frombuffer(file.read(head.nbytes), head.dtype).reshape(head.shape[::-1]).T)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"not a readable array: {_brief(error)}") from None


class _Streamed:
    """The elements of an open file, which lie by rows; read by boxes contiguous in C order."""

    def __init__(self, file: IO[bytes], head: Header) -> None:
        self._file = file
        self._offset = head.offset
        self.dtype = head.dtype
        self.shape = head.shape

    def __getitem__(self, box: tuple[slice, ...]) -> Any:  # noqa: ANN401 - an array
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        lengths = [part.stop - part.start for part in box]
        start = 0
        for part, length in zip(box, self.shape, strict=True):
            start = start * length + part.start
        self._file.seek(self._offset + start * self.dtype.itemsize)
        size = prod(lengths) * self.dtype.itemsize
        data = self._file.read(size)
        if len(data) != size:
            raise Unreadable("not a readable array: it ends before its last element")
        return np.frombuffer(data, self.dtype).reshape(lengths)


def _brief(error: BaseException) -> str:
    return str(error) or type(error).__name__
