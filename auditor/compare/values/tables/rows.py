"""Tables as batches of rows, and two of them read in step."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditor.compare.values.tables.cells import Cells, Kind

__all__ = ["Batch", "Table", "first_rows", "only", "paired"]


class Batch(NamedTuple):
    """Some rows of a table, column by column."""

    length: int
    columns: Sequence[Cells]

    def part(self, start: int, stop: int) -> Batch:
        """Return the rows from ``start`` up to ``stop``."""
        if start == 0 and stop == self.length:
            return self
        return Batch(stop - start, [cells[start:stop] for cells in self.columns])

    def take(self, rows: Sequence[int]) -> Batch:
        """Return the rows at these indices."""
        return Batch(len(rows), [_taken(cells, rows) for cells in self.columns])


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that can be read again and again, in batches of any length.

    ``columns`` are names, each once, and types as the format has them (``""`` where it has
    none); ``first`` is the number of the first row in what a reader sees. ``header`` says
    whether the columns have names of their own.
    """

    columns: tuple[tuple[str, str], ...]
    batches: Callable[[], Iterator[Batch]]
    kind: Kind = "typed"
    first: int = 1
    header: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)


def paired(
    a: Iterator[Batch], b: Iterator[Batch], counts: list[int]
) -> Iterator[tuple[int, Batch, Batch]]:
    """Yield runs of as many rows of both, with the number of rows before.

    At the end ``counts`` are the rows of each side, also those that only one has.
    """
    sides = (_Reading(a), _Reading(b))
    start = 0
    while (length := min(side.ready() for side in sides)) > 0:
        left, right = (side.read(length) for side in sides)
        yield start, left, right
        start += length
    counts[:] = [start + side.rest() for side in sides]


class _Reading:
    """Hands out rows of batches, as many as are asked for."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._batch = Batch(0, ())
        self._at = 0

    def ready(self) -> int:
        """Return how many rows can be read at once; 0 at the end."""
        while self._at == self._batch.length:
            following = next(self._batches, None)
            if following is None:
                return 0
            self._batch, self._at = following, 0
        return self._batch.length - self._at

    def read(self, length: int) -> Batch:
        part = self._batch.part(self._at, self._at + length)
        self._at += length
        return part

    def rest(self) -> int:
        left = self._batch.length - self._at
        return left + sum(batch.length for batch in self._batches)


def only(batches: Iterator[Batch], rows: Sequence[int]) -> Iterator[Batch]:
    """Yield the rows with these rising indices only."""
    start, wanted = 0, 0
    for batch in batches:
        stop = bisect_left(rows, start + batch.length, wanted)
        if stop > wanted:
            yield batch.take([row - start for row in rows[wanted:stop]])
        wanted, start = stop, start + batch.length


def _taken(cells: Cells, rows: Sequence[int]) -> Cells:
    return [cells[row] for row in rows] if isinstance(cells, list | tuple) else cells[list(rows)]


def first_rows(table: Table, most: int) -> Batch:
    """Return at most the first ``most`` rows of the first batch."""
    batch = next(table.batches(), Batch(0, [() for _ in table.columns]))
    return batch.part(0, min(most, batch.length))
