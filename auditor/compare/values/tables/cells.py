"""Pairs of cells of one column: integers and text exact, floats by tolerance, nulls in place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from auditor.compare.values.clock import hidden, reads_clock
from auditor.compare.values.difference import Found
from auditor.compare.values.pairs import judge
from auditor.compare.values.scope import Scope
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Cells", "Changes", "Column", "Kind", "number", "plain"]

# One column of a batch: a list or tuple of values, ``None`` where there is none, or a numpy array.
Cells = Any
# 007 is no number but a name: an account, a postcode
_FLOAT = re.compile(
    r"[-+]?(?:(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|nan|inf(?:inity)?)",
    re.ASCII | re.IGNORECASE,
)
_INTEGER = re.compile(r"[-+]?\d{1,4000}", re.ASCII)
_SPACED = re.compile(rf"\s*(?:{_FLOAT.pattern})\s*", _FLOAT.flags)
# Nothing but a float, and none that overflows: such cells are read many at a time.
_FRACTION = re.compile(r"[-+]?(?:0|[1-9]\d{0,99})\.\d+(?:e[-+]?\d\d?)?", _FLOAT.flags)
_MOST_SHOWN = 20

# ``typed``: the format tells integers from floats, so that 1 is not 1.0; ``stored``: typed, and no
# value is hidden by what its column is called; ``loose``: both are numbers; ``written``: cells are
# text, and what reads as a number is one.
Kind = Literal["typed", "stored", "loose", "written"]


def number(cell: Any) -> float | None:  # noqa: ANN401 - what files hold
    """Return the number that a cell holds or writes as text; ``None`` where it is none.

    Digits that overflow a float are none: infinity would make all of them equal.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return cell
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if _FLOAT.fullmatch(text) is None:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    value = float(text)
    return None if math.isinf(value) and text[-1] not in "fFyY" else value


def plain(cells: Cells) -> Sequence[Any]:
    """Return cells as Python values."""
    values: Sequence[Any] = cells if isinstance(cells, list | tuple) else cells.tolist()
    return values


class Column:
    """How one column is compared: its tolerance, and whether numbers are written or typed.

    ``rewritten`` counts numbers that are equal and written in another way.
    """

    def __init__(self, name: str, scope: Scope, dtype: str, kind: Kind) -> None:
        self.name = name
        self.scope = scope
        self.typed = kind in {"typed", "stored"}
        self.written = kind == "written"
        self.tolerance = scope.tolerances.within(name, dtype.partition(" ")[0] or "float64")
        self.volatile = kind != "stored"
        self.clock = self.volatile and bool(reads_clock(name))
        self.rewritten = 0

    def number(self, cell: Any) -> float | None:  # noqa: ANN401 - what files hold
        """Return the number of a cell, as this column has numbers."""
        if self.written or not isinstance(cell, str):
            return number(cell)
        return None

    def count(self, cells: Cells) -> int:
        """Count the numbers among cells."""
        if not isinstance(cells, list | tuple):
            return len(cells) if cells.dtype.kind in "iuf" else 0
        if self.written:
            return len([*filter(None, map(_SPACED.fullmatch, filter(None, cells)))])
        return sum(1 for cell in cells if type(cell) in (int, float))


class Changes:
    """Compares the cells of one batch of a column into ``found``.

    ``place`` names a row by its index in the batch. ``rows`` are the indices of cells that differ
    by more than the tolerance, ``exact`` of them no floats; ``shown`` are the first few with both
    values; ``noisy`` says that some differ at all.
    """

    def __init__(self, column: Column, found: Found, place: Callable[[int], str]) -> None:
        self.column = column
        self.found = found
        self.place = place
        self.rows: list[int] = []
        self.exact = 0
        self.shown: list[tuple[int, Any, Any]] = []
        self.noisy = False

    def compare(self, a: Cells, b: Cells) -> None:
        """Compare two runs of cells of the same length."""
        both = [not isinstance(side, list | tuple) for side in (a, b)]
        if all(both) and a.dtype == b.dtype and not self.column.clock:
            self._arrays(a, b)
        else:
            self._lists(plain(a), plain(b))
        self.rows.sort()
        self.shown.sort(key=lambda one: one[0])

    def _arrays(self, a: Any, b: Any) -> None:  # noqa: ANN401 - numpy comes late
        if a.dtype.kind == "f":
            self._floats(range(len(a)), a, b)
            return
        wrong = (a != b).nonzero()[0].tolist()
        self.found.tally.block(len(a) - len(wrong), None, 0)
        for index in wrong:
            self._integers(index, a[index].item(), b[index].item())

    def _lists(self, a: Sequence[Any], b: Sequence[Any]) -> None:
        indices = self._unlike(a, b)
        self.found.tally.total += self.column.count(a)
        if not indices:
            return
        left, right = ([side[i] for i in indices] for side in (a, b))
        self.found.tally.total -= self.column.count(left)
        if not self.column.clock and _fractions(left) and _fractions(right):
            self._pairs(indices, [*map(float, left)], [*map(float, right)])
            return
        floats: list[tuple[int, float, float]] = []
        for index in indices:
            self._cell(index, a[index], b[index], floats)
        if floats:
            numbers, one, other = zip(*floats, strict=True)
            self._pairs(numbers, [*map(_float, one)], [*map(_float, other)])

    def _unlike(self, a: Sequence[Any], b: Sequence[Any]) -> list[int]:
        pairs = enumerate(zip(a, b, strict=True))
        if not self.column.written:
            return [i for i, (x, y) in pairs if _unlike(x, y)]
        return [] if a == b else [i for i, (x, y) in pairs if x != y]

    def _cell(self, index: int, a: Any, b: Any, floats: list[tuple[int, float, float]]) -> None:  # noqa: ANN401
        left, right = self.column.number(a), self.column.number(b)
        mask = self._mask((a, b) if left is None or right is None else (left, right))
        if mask:
            self.found.mask(*mask)
        elif left is None or right is None:
            self._other(index, a, b)
        elif isinstance(left, int) and isinstance(right, int):
            self._integers(index, left, right)
            self.column.rewritten += left == right
        elif self.column.typed and type(left) is not type(right):
            self._differ(index, a, b)
        else:
            floats.append((index, left, right))

    def _mask(self, pair: tuple[Any, Any]) -> tuple[str, str] | None:
        texts = isinstance(pair[0], str) and isinstance(pair[1], str)
        if not (self.column.clock or (self.column.volatile and texts)):
            return None
        return hidden(self.column.name, pair[0], pair[1], self.column.scope)

    def _other(self, index: int, a: Any, b: Any) -> None:  # noqa: ANN401 - what files hold
        if isinstance(a, dict | list) and type(a) is type(b):
            part = Found()
            compare_trees(a, b, self.column.scope, part)
            difference = part.result()
            self.found.tally.merge(difference.magnitude, difference.tolerance, self.place(index))
            if difference.relation == "different":
                self._differ(index, a, b)
        else:
            self._differ(index, a, b)

    def _integers(self, index: int, a: int, b: int) -> None:
        if not self.found.tally.exact(a, b, self.place(index)):
            self._differ(index, a, b)

    def _pairs(self, indices: Sequence[int], a: list[float], b: list[float]) -> None:
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        unequal = self._floats(indices, np.array(a), np.array(b))
        if self.column.written:
            self.column.rewritten += len(indices) - unequal

    def _floats(self, indices: Sequence[int], a: Any, b: Any) -> int:  # noqa: ANN401 - arrays
        """Judge the floats of the rows ``indices``; return how many differ at all."""
        tally, tolerance = self.found.tally, self.column.tolerance
        unequal, beyond = judge(a, b, tolerance, tally, lambda i: self.place(indices[i]))
        self.noisy |= len(unequal) > 0
        self.rows += (indices[i] for i in beyond.tolist())
        for i in beyond[:_MOST_SHOWN].tolist():
            self.shown.append((indices[i], a[i].item(), b[i].item()))
        return len(unequal)

    def _differ(self, index: int, a: Any, b: Any) -> None:  # noqa: ANN401 - what files hold
        self.noisy = True
        self.found.different = True
        self.exact += 1
        self.rows.append(index)
        if len(self.shown) < _MOST_SHOWN:
            self.shown.append((index, a, b))


def _fractions(cells: Sequence[Any]) -> bool:
    return all(isinstance(cell, str) and _FRACTION.fullmatch(cell) for cell in cells)


def _unlike(a: Any, b: Any) -> bool:  # noqa: ANN401 - what files hold
    # Inside nested values 1 equals 1.0 and True: they are always looked at.
    return a is not b and (a != b or type(a) is not type(b) or isinstance(a, dict | list))


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
