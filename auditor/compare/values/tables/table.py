"""Pairs of tables: columns by name, rows in step or matched, cells by what their column holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from auditor.compare.values.decisions import names_decision
from auditor.compare.values.difference import Found
from auditor.compare.values.evidence import MAX_LINES, shown
from auditor.compare.values.scope import Scope
from auditor.compare.values.tables.cells import Changes, Column, plain
from auditor.compare.values.tables.choices import Decision, Scored, score_groups
from auditor.compare.values.tables.columns import shared_columns
from auditor.compare.values.tables.index import row_index
from auditor.compare.values.tables.keys import match_rows
from auditor.compare.values.tables.matching import Matching
from auditor.compare.values.tables.rows import Batch, Table, only, paired
from auditor.compare.values.tables.tracks import add_curves

__all__ = ["Batch", "Table", "compare_tables"]

MAX_GATHERED = 4_000_000
_NEAR = 1e-3
_MANY = 10_000
_MOST_RUNS = 8
_MOST_SUMMARIES = 8


def compare_tables(a: Table, b: Table, scope: Scope) -> Found:
    """Compare two tables and return what was found.

    Columns are matched by name; their order, their types and the number of rows count. Where rows
    differ, those that are missing, new or moved are looked for, so that one lost row is told as
    one, and only rows that belong together are compared.
    """
    compared = _Comparison(a, b, scope)
    through = compared.in_step(to_the_end=False)
    matching = index = None
    if not through or compared.may_have_moved():
        index = row_index(a, b)
        matching = match_rows(a, b, lambda name: not names_decision(name, scope.policy), index)
    if matching is not None and compared.gains_from(matching):
        # What counts the rows does not go with them, where something else identifies them.
        aside = None if matching.key in {None, index} else index
        compared = _Comparison(a, b, scope, aside)
        compared.matched(matching)
    elif not through:
        compared = _Comparison(a, b, scope)
        compared.in_step(to_the_end=True)
    return compared.told()


class _Watched:
    """A column that both tables have, and what was seen of it."""

    def __init__(self, column: Column, left: int, right: int, decision: Decision | None) -> None:
        self.column = column
        self.left = left
        self.right = right
        self.decision = decision
        self.rows = 0
        self.changed = 0
        self.exact = 0
        self.first = ""
        self.noisy = False

    def add(self, changes: Changes, rows: int, place: Callable[[int], str]) -> None:
        self.rows += rows
        self.noisy |= changes.noisy
        self.changed += len(changes.rows)
        self.exact += changes.exact
        if changes.rows and not self.first:
            self.first = place(changes.rows[0])

    def summary(self) -> str:
        cells = f"{self.changed} of {self.rows} cells differ"
        return f"column {self.column.name!r}: {cells}, first in {self.first}"


class _Comparison:
    """Two tables, gone through once."""

    def __init__(self, a: Table, b: Table, scope: Scope, aside: str | None = None) -> None:
        self.a = a
        self.b = b
        self.scope = scope
        self.found = Found()
        self.counts = [0, 0]
        self.torn = False
        for name in {*a.names} ^ {*b.names}:
            if names_decision(name, scope.policy):
                self.found.decide(same=False)
        shared = shared_columns(a, b, self.found)
        self.columns = [self._watch(*one) for one in shared if one[0] != aside]
        if aside is not None:
            self.found.note(f"column {aside!r} counts the rows: it is not compared with them")
        groups = score_groups([one.column.name for one in self.columns]) if a.header else {}
        self.scored = [Scored(group, names) for group, names in groups.items()]
        self._cells: list[tuple[int, int, str, Any, Any]] = []

    def in_step(self, *, to_the_end: bool) -> bool:
        """Compare the first row with the first, and so on; say whether it went to the end.

        Unless it has to, it stops where so much differs that rows must have moved.
        """
        pairs = paired(self.a.batches(), self.b.batches(), self.counts)
        for start, left, right in pairs:
            self._batch(range(start, start + left.length), left, right)
            if not to_the_end and self._out_of_step():
                return False
        a, b = self.counts
        self._lost(self.a, range(b, a), "missing")
        self._lost(self.b, range(a, b), "new")
        return True

    def may_have_moved(self) -> bool:
        """Say whether what differs may come from rows that are missing, new or elsewhere.

        Where rows are as many, and one cell differs, or floats a little, they have not.
        """
        if self.counts[0] != self.counts[1] or sum(one.exact for one in self.columns) > 1:
            return True
        magnitude = self.found.tally.magnitude()
        far = magnitude is not None and magnitude.max_rel > _NEAR
        return far and sum(one.changed for one in self.columns) > 1

    def gains_from(self, matching: Matching) -> bool:
        """Say whether matched rows tell more than rows in step do.

        Where one column alone differs in step, such as epochs counted from 1, rows stand where
        they stood, unless they are the same ones in another order.
        """
        alone = sum(1 for one in self.columns if one.changed) == 1
        return not (alone and self.counts[0] == self.counts[1]) or not (
            matching.missing or matching.added
        )

    def _out_of_step(self) -> bool:
        exact = [one.exact for one in self.columns if one.exact > _MANY]
        return len(exact) > 1 and sum(exact) > self.columns[0].rows // 2

    def matched(self, matching: Matching) -> None:
        """Compare the rows that belong together."""
        both = len(matching.rows) + len(matching.moved)
        self.counts = [both + len(matching.missing), both + len(matching.added)]
        self._lost(self.a, matching.missing, "missing", matching.key)
        self._lost(self.b, matching.added, "new", matching.key)
        left = only(self.a.batches(), matching.rows)
        right = only(self.b.batches(), matching.partners)
        for start, one, other in paired(left, right, [0, 0]):
            self._batch(matching.rows[start : start + one.length], one, other)
        if matching.moved:
            # Without a key, its place is all that tells for which case a row decides.
            self.torn |= matching.key is None
            self._moved(matching)

    def told(self) -> Found:
        """Return what was found, with what is to be said of whole columns."""
        a, b = self.counts
        if a != b:
            self.found.note(f"{a} rows became {b}")
        noisy = [one.column.name for one in self.columns if one.noisy or a != b]
        add_curves(self.a, self.b, noisy, self.scope, self.found)
        self._tell_cells()
        rewritten = sum(one.column.rewritten for one in self.columns)
        if rewritten:
            self.found.note(f"{rewritten} numbers are written in another way, with the same value")
        for decided in (*(one.decision for one in self.columns), *self.scored):
            if decided is not None:
                decided.tell(self.found, torn=self.torn)
        return self.found

    def _watch(self, name: str, dtype: str) -> _Watched:
        left, right = self.a.names.index(name), self.b.names.index(name)
        retyped = self.a.columns[left][1] != self.b.columns[right][1]
        column = Column(name, self.scope, dtype, "loose" if retyped else self.a.kind)
        decides = self.a.header and names_decision(name, self.scope.policy)
        return _Watched(column, left, right, Decision(column) if decides else None)

    def _batch(self, rows: Sequence[int], left: Batch, right: Batch) -> None:
        def row(index: int) -> str:
            return f"row {self.a.first + rows[index]}"

        touched: set[str] = set()
        few = len(self._cells) < MAX_LINES
        for number, one in enumerate(self.columns):
            place = _placed(row, one.column.name)
            changes = Changes(one.column, self.found, place)
            changes.compare(left.columns[one.left], right.columns[one.right])
            one.add(changes, left.length, row)
            if one.decision is not None:
                one.decision.batch(left.columns[one.left], changes, row)
            if changes.noisy:
                touched.add(one.column.name)
            if few:
                self._cells += ((rows[i], number, place(i), x, y) for i, x, y in changes.shown)
        if few:
            self._cells = sorted(self._cells, key=lambda cell: cell[:2])[:MAX_LINES]
        self._score(touched, left, right, row)

    def _score(
        self, touched: set[str], left: Batch, right: Batch, place: Callable[[int], str]
    ) -> None:
        for scored in self.scored:
            scored.decided.rows += left.length
            if touched.intersection(scored.names):
                one = [left.columns[self.a.names.index(name)] for name in scored.names]
                other = [right.columns[self.b.names.index(name)] for name in scored.names]
                scored.batch(one, other, place)

    def _lost(self, table: Table, rows: Sequence[int], word: str, key: str | None = None) -> None:
        """Add rows that only one table has, run by run."""
        if not rows:
            return
        self.found.different = self.torn = True
        runs = list(_runs(rows))
        firsts = _rows_at(table, [run[0] for run in runs[:_MOST_RUNS]])
        at = None if key is None else table.names.index(key)
        for (first, last), cells in zip(runs, firsts, strict=False):
            start, stop = table.first + first, table.first + last
            which = f"row {start} is" if first == last else f"rows {start}-{stop} are"
            text = _row_text(cells) if at is None else f"{key or 'index'} {_text(cells[at])}"
            self.found.evidence.add(f"{which} {word}: {text}{' …' if last > first else ''}")
        self.found.evidence.more(max(0, len(runs) - _MOST_RUNS))

    def _moved(self, matching: Matching) -> None:
        self.found.different = True
        moved = matching.moved
        row, partner = moved[0]
        places = f"row {self.a.first + row} → row {self.b.first + partner}"
        self.found.evidence.add(f"{len(moved)} rows stand elsewhere, the first: {places}")
        beyond = sum(one.changed for one in self.columns)
        if len(moved) * len(self.columns) > MAX_GATHERED:
            self.found.note("rows that moved are too many to be compared cell by cell")
            return
        rows = [one for one, _ in moved]
        partners = sorted(other for _, other in moved)
        order = {other: index for index, other in enumerate(partners)}
        left = _gathered(self.a, rows)
        right = _gathered(self.b, partners).take([order[other] for _, other in moved])
        self._batch(rows, left, right)
        whole = not (matching.missing or matching.added or beyond)
        if whole and not any(one.changed for one in self.columns):
            self.found.note("the same rows in another order")

    def _tell_cells(self) -> None:
        changed = [one for one in self.columns if one.changed]
        total = sum(one.changed for one in changed)
        if total > MAX_LINES:
            for one in changed[:_MOST_SUMMARIES]:
                self.found.evidence.add(one.summary())
        for _row, _column, place, a, b in self._cells:
            self.found.evidence.pair(place, *_told(a, b))
        self.found.evidence.more(total - len(self._cells))


def _placed(row: Callable[[int], str], name: str) -> Callable[[int], str]:
    return lambda index: f"{row(index)}, column {shown(name)!r}"


def _text(cell: Any) -> str:  # noqa: ANN401 - what files hold
    return "(null)" if cell is None else shown(cell)


def _told(a: Any, b: Any) -> tuple[str, str]:  # noqa: ANN401 - what files hold
    one, other = _text(a), _text(b)
    if one == other:
        return f"{one} ({type(a).__name__})", f"{other} ({type(b).__name__})"
    return one, other


def _row_text(cells: Sequence[Any]) -> str:
    filled = max((i for i, cell in enumerate(cells, start=1) if cell is not None), default=0)
    return ",".join(map(_text, cells[:filled]))


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of consecutive numbers."""
    if isinstance(rows, range):
        yield rows[0], rows[-1]
        return
    first = last = -2
    for row in rows:
        if row != last + 1:
            if last >= 0:
                yield first, last
            first = row
        last = row
    yield first, last


def _rows_at(table: Table, rows: Sequence[int]) -> Iterator[Sequence[Any]]:
    for batch in only(table.batches(), rows):
        yield from zip(*map(plain, batch.columns), strict=True)


def _gathered(table: Table, rows: Sequence[int]) -> Batch:
    batches = list(only(table.batches(), rows))
    columns = zip(*(map(plain, batch.columns) for batch in batches), strict=True)
    return Batch(len(rows), [list(chain.from_iterable(parts)) for parts in columns])
