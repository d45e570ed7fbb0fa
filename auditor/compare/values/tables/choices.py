"""Decisions in tables: columns of predictions, labels or ranks, and the largest of scores."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from auditor.compare.values.clock import reads_clock
from auditor.compare.values.difference import Found
from auditor.compare.values.evidence import shown
from auditor.compare.values.tables.cells import Cells, Changes, Column, number, plain

__all__ = ["Decided", "Decision", "Scored", "score_groups"]

_SCORE = re.compile(
    r"^(?P<group>(?:y_?)?(?:pred_?)?(?:probas?|probs?|probability|logits?|softmax|scores?)|p(?=[_(\[]?(?:class|\d)))"
    r"[\W_]*(?:class[\W_]*)?(?P<label>.+)$",
    re.IGNORECASE,
)


class Decided:
    """Counts the rows of which the decision changed, and keeps the first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = 0
        self.changed = 0
        self.first = ""

    def change(self, place: str, a: Any, b: Any) -> None:  # noqa: ANN401 - what files hold
        """Add one row that is decided otherwise."""
        self.changed += 1
        self.first = self.first or f"first at {place}: {shown(a)} → {shown(b)}"

    def tell(self, found: Found, *, torn: bool) -> None:
        """Add what was decided; ``torn``: for some cases only one side decides."""
        if not self.rows and not torn:
            return
        found.decide(same=not (self.changed or torn))
        if self.changed:
            found.note(f"{self.name}: {self.changed} of {self.rows} changed, {self.first}")


class Decision:
    """One column that decides by its name, unless it holds fractions: those are values."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.fractional = False
        self.decided = Decided(f"decisions in column {column.name!r}")

    def batch(self, cells: Cells, changes: Changes, place: Callable[[int], str]) -> None:
        """Add a batch of the original's cells and how they changed."""
        if not self.decided.rows:
            self.fractional = any(map(self._fraction, plain(cells)))
        self.decided.rows += len(cells)
        for row, a, b in changes.shown:
            self.fractional |= self._fraction(a) or self._fraction(b)
            self.decided.change(place(row), a, b)
        self.decided.changed += len(changes.rows) - len(changes.shown)

    def tell(self, found: Found, *, torn: bool) -> None:
        """Add what was decided; ``torn``: for some cases only one side decides."""
        if not self.fractional:
            self.decided.tell(found, torn=torn)

    def _fraction(self, cell: Any) -> bool:  # noqa: ANN401 - what files hold
        value = self.column.number(cell)
        return isinstance(value, float) and not value.is_integer() and value == value  # noqa: PLR0124 - NaN


def score_groups(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns that hold one score a class each, two or more, by what they begin with."""
    groups: dict[str, list[str]] = {}
    for name in names:
        match = _SCORE.match(name)
        if match and not reads_clock(name):
            groups.setdefault(match["group"].lower(), []).append(name)
    return {group: members for group, members in groups.items() if len(members) > 1}


class Scored:
    """Some columns of scores, of which the largest in a row decides."""

    def __init__(self, group: str, names: Sequence[str]) -> None:
        self.names = names
        self.decided = Decided(f"the largest of columns {group}…")

    def batch(self, a: Sequence[Cells], b: Sequence[Cells], place: Callable[[int], str]) -> None:
        """Add a batch in which some of the columns differ; ``place`` names a row by its index."""
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        one, other = _scores(a), _scores(b)
        usable = ~(np.isnan(one).any(axis=1) | np.isnan(other).any(axis=1))
        left, right = one.argmax(axis=1), other.argmax(axis=1)
        for row in (usable & (left != right)).nonzero()[0].tolist():
            self.decided.change(place(row), self.names[left[row]], self.names[right[row]])

    def tell(self, found: Found, *, torn: bool) -> None:
        """Add what was decided; ``torn``: for some cases only one side decides."""
        self.decided.tell(found, torn=torn)


def _scores(columns: Sequence[Cells]) -> Any:  # noqa: ANN401 - numpy comes late
    """Return scores as a matrix, a row for each row; NaN where a cell is no number."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    return np.column_stack([[_score(cell) for cell in plain(cells)] for cells in columns])


def _score(cell: Any) -> float:  # noqa: ANN401 - what files hold
    value = number(cell)
    try:
        return float("nan") if value is None else float(value)
    except OverflowError:
        return float("nan")
