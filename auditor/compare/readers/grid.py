"""Rows of cells as they come, some longer than others, made a table with named columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from auditor.compare.values.tables.cells import Kind, number
from auditor.compare.values.tables.columns import unique
from auditor.compare.values.tables.rows import Batch, Table

__all__ = ["Rows", "grid"]

Rows = Iterator[Sequence[Any]]
_CELLS = 50_000
# The columns that a row has beyond those of the header, together.
_BEYOND = "(beyond the header)"


def grid(read: Callable[[], Rows], kind: Kind, *, header: bool, width: int) -> Table:
    """Return the table of the rows that ``read`` yields anew each time it is called.

    ``header``: the first row names the columns; else they are numbered from 1, ``width`` of them.
    A row that is too short ends in ``None``; what it has too much stands in a column of its own.
    """
    first = next(iter(read()), ())
    width = len(first) if header else width
    names = [_name(cell) for cell in first] if header else [str(i + 1) for i in range(width)]
    columns = unique([*names, _BEYOND])
    return Table(
        columns=tuple((name, "") for name in columns),
        batches=lambda: _batches(read(), width, skip=header),
        kind=kind,
        first=2 if header else 1,
        header=header,
    )


def is_header(rows: Sequence[Sequence[Any]]) -> bool:
    """Say whether the first row names columns: text in all cells, none of them a number."""
    return bool(rows) and bool(rows[0]) and not any(_numeric(cell) for cell in rows[0])


def _numeric(cell: Any) -> bool:  # noqa: ANN401 - what files hold
    return isinstance(cell, bool) or number(cell) is not None


def _name(cell: Any) -> str:  # noqa: ANN401 - what files hold
    return "" if cell is None else str(cell).strip()


def _batches(rows: Rows, width: int, *, skip: bool) -> Iterator[Batch]:
    if skip:
        next(rows, None)
    most = max(1, _CELLS // (width + 1))
    block: list[Sequence[Any]] = []
    for row in rows:
        block.append(row)
        if len(block) == most:
            yield _batch(block, width)
            block = []
    if block:
        yield _batch(block, width)


def _batch(rows: list[Sequence[Any]], width: int) -> Batch:
    if all(len(row) == width for row in rows):
        return Batch(len(rows), [*zip(*rows, strict=True), (None,) * len(rows)])
    even = [_even(row, width) for row in rows]
    return Batch(len(rows), list(zip(*even, strict=True)))


def _even(row: Sequence[Any], width: int) -> Iterable[Any]:
    cells = [*row[:width], *[None] * (width - len(row))]
    return (*cells, repr(list(row[width:])) if len(row) > width else None)
