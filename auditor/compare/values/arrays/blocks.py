"""Pairs of arrays, read side by side in boxes of bounded size, wherever their elements lie."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, Protocol

__all__ = ["BLOCK", "Box", "Field", "Pages", "Source", "boxes", "read", "same_bits"]

BLOCK = 1 << 20
# What is mapped counts as memory of this process until it is given back.
_HELD = 1 << 26
# Objects, such as text of any length, are counted as so many bytes.
_OBJECT = 4096


class Source(Protocol):
    """What elements are read from by a slice an axis: a NumPy array, or part of a file.

    ``chunks``, where there is such a thing, is the smallest box that is read at once, and ``base``
    what the elements lie in.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        ...

    @property
    def dtype(self) -> Any:  # noqa: ANN401 - numpy comes late
        """The type of the elements, a ``numpy.dtype``."""
        ...

    def __getitem__(self, box: tuple[slice, ...]) -> Any: ...  # noqa: ANN401 - an array


class Field:
    """One field of a structured source."""

    def __init__(self, source: Source, name: str) -> None:
        field = source.dtype.fields[name][0]
        self.base = source
        self.name = name
        self.dtype = field.base
        self.shape = (*source.shape, *field.shape)
        whole = getattr(source, "chunks", None)
        self.chunks = (*whole, *field.shape) if whole else None

    def __getitem__(self, box: tuple[slice, ...]) -> Any:  # noqa: ANN401 - an array
        outer = len(self.base.shape)
        inner = box[outer:]
        return self.base[box[:outer]][self.name][(slice(None),) * outer + inner]


class Box:
    """A part of an array: where it starts, and how long it is along each axis."""

    __slots__ = ("lengths", "starts")

    def __init__(self, starts: tuple[int, ...], lengths: tuple[int, ...]) -> None:
        self.starts = starts
        self.lengths = lengths

    @property
    def slices(self) -> tuple[slice, ...]:
        """One slice an axis."""
        pairs = zip(self.starts, self.lengths, strict=True)
        return tuple(slice(start, start + length) for start, length in pairs)

    @property
    def size(self) -> int:
        """How many elements it holds."""
        return prod(self.lengths)

    def at(self, index: int) -> tuple[int, ...]:
        """Return where the element ``index`` (in C order) of the box stands in the array."""
        steps: list[int] = []
        rest = int(index)
        for length in reversed(self.lengths):
            rest, step = divmod(rest, length)
            steps.append(step)
        pairs = zip(self.starts, reversed(steps), strict=True)
        return tuple(start + step for start, step in pairs)


def boxes(
    shape: tuple[int, ...], items: int, axes: tuple[int, ...], unit: tuple[int, ...]
) -> Iterator[Box]:
    """Cut an array into boxes of about ``items`` elements.

    A box grows from ``unit`` along ``axes``, the first first; where ``unit`` is all ones and
    ``axes`` go from the last to the first, every box is contiguous in C order.
    """
    if 0 in shape:
        return
    lengths = [min(most, length) for most, length in zip(unit, shape, strict=True)]
    for axis in axes:
        room = max(1, items // prod(lengths))
        lengths[axis] = min(shape[axis], lengths[axis] * room)
    steps = (range(0, whole, length) for whole, length in zip(shape, lengths, strict=True))
    for starts in product(*steps):
        corner = zip(starts, lengths, shape, strict=True)
        yield Box(starts, tuple(min(length, whole - start) for start, length, whole in corner))


def read(source: Source, box: Box) -> Any:  # noqa: ANN401 - an array
    """Return the elements of ``box`` in C order: flat, contiguous, in the machine's byte order."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    # Of an array without axes NumPy returns an element, whose type is as long as its text.
    part = np.ascontiguousarray(np.asarray(source[box.slices], source.dtype)).reshape(-1)
    return part if part.dtype.isnative else part.astype(part.dtype.newbyteorder("="))


def same_bits(a: Any, b: Any) -> bool:  # noqa: ANN401 - arrays
    """Say whether two flat arrays of one type hold the same bytes."""
    if a.dtype.hasobject or not a.nbytes:
        return not a.nbytes
    word = next(width for width in (8, 4, 2, 1) if a.nbytes % width == 0)
    one, other = (side.view("u1").view(f"u{word}") for side in (a, b))
    return bool((one == other).all())


class Pages:
    """Reads arrays in pairs, and gives back what the reading has mapped."""

    def __init__(self) -> None:
        self._held = 0

    def pairs(self, a: Source, b: Source, *, rows: bool) -> Iterator[tuple[Box, Any, Any]]:
        """Yield boxes and their elements on both sides; ``rows``: the last axis stays whole."""
        for box in _cut(a, b, rows=rows):
            left, right = read(a, box), read(b, box)
            yield box, left, right
            self._seen(left.nbytes + right.nbytes, a, b)

    def again(self, source: Source, cut: list[Box]) -> Iterator[Any]:
        """Yield the elements of boxes that were read before."""
        for box in cut:
            part = read(source, box)
            yield part
            self._seen(part.nbytes, source)

    def _seen(self, size: int, *sources: Source) -> None:
        self._held += size
        if self._held >= _HELD:
            self._held = 0
            for source in sources:
                _give_back(source)


def _cut(a: Source, b: Source, *, rows: bool) -> Iterator[Box]:
    shape = a.shape
    width = _OBJECT if a.dtype.hasobject else max(1, a.dtype.itemsize)
    units = [getattr(source, "chunks", None) or (1,) * len(shape) for source in (a, b)]
    unit = tuple(map(max, *units))
    if rows:
        unit = (*unit[:-1], shape[-1])
    axes = tuple(range(len(shape)))
    if rows or not (_by_columns(a) and _by_columns(b)):
        axes = axes[::-1]
    return boxes(shape, max(1, BLOCK // width), axes, unit)


def _by_columns(source: Source) -> bool:
    flags = getattr(source, "flags", None)
    return flags is not None and bool(flags.f_contiguous) and not flags.c_contiguous


def _give_back(source: Source) -> None:
    """Drop the pages of a map that were read; they are read again when they are needed."""
    base: Any = source
    while (below := _below(base)) is not None:
        base = below
    # What was written to a private map would be lost.
    if isinstance(base, mmap.mmap) and memoryview(base).readonly and hasattr(base, "madvise"):
        base.madvise(mmap.MADV_DONTNEED)


def _below(base: Any) -> Any:  # noqa: ANN401 - an array, or what holds its bytes
    return base.obj if isinstance(base, memoryview) else getattr(base, "base", None)
