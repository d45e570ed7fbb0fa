"""The index of a table: a column without a name that does no more than count the rows."""

from __future__ import annotations

import re

from auditor.compare.values.tables.cells import number, plain
from auditor.compare.values.tables.rows import Table

__all__ = ["row_index"]

# As pandas writes and reads back an index that nobody named.
_UNNAMED = re.compile(r"|Unnamed: 0|__index_level_0__")


def row_index(a: Table, b: Table) -> str | None:
    """Return the column without a name by which both tables count their rows, from 0."""
    shared = [name for name in a.names if name in b.names and _UNNAMED.fullmatch(name)]
    return next((name for name in shared if _counts(a, name) and _counts(b, name)), None)


def _counts(table: Table, name: str) -> bool:
    at = table.names.index(name)
    row = 0
    for batch in table.batches():
        if [*map(number, plain(batch.columns[at]))] != [*range(row, row + batch.length)]:
            return False
        row += batch.length
    return True
