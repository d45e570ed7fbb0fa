"""What identifies the rows of two tables: a column of keys, else all of their cells."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from auditor.compare.values.steps import is_step
from auditor.compare.values.tables.cells import number, plain
from auditor.compare.values.tables.matching import Matching, match_keys
from auditor.compare.values.tables.rows import Table, first_rows

__all__ = ["match_rows"]

MAX_ROWS = 1_000_000
_MOST_CANDIDATES = 4
_MOST_COLUMNS = 32
_SAMPLE = 200
# Rows are matched exactly first. With noise, floats agree to so many digits in most rows; a row
# that does not match stands between two that do, and is found there.
_EXACTLY, _DIGITS = 17, 5
_KEY = re.compile(
    r"(?:^|[^a-z])(?:id|ids|uid|uuid|key|index|idx|name|path|file|filename|image|sample|row)$"
    r"|^$|^unnamed: 0$|^__index_level_0__$",
    re.IGNORECASE,
)


def match_rows(
    a: Table, b: Table, may_identify: Callable[[str], bool], index: str | None = None
) -> Matching | None:
    """Match the rows of two tables; ``None`` where nothing moved, or nothing can be said.

    A column that ``may_identify`` rows, and does so on both sides, decides, else whole rows do.
    ``index``, which only counts rows, decides where no column is named as a key. At most a
    million rows a side are matched.
    """
    shared = [name for name in a.names if name in b.names]
    fractions = _fractions(a) | _fractions(b)
    exact = [name for name in shared if name not in fractions and may_identify(name)]
    for name in _candidates(exact, index):
        keys = _keys(a, b, [name], _EXACTLY)
        if keys and all(len(set(side)) == len(side) for side in keys):
            found = match_keys(*keys, key=name)
            if found.explains:
                return None if found.trivial else found
    for digits in (_EXACTLY, _DIGITS):
        keys = _keys(a, b, shared[:_MOST_COLUMNS], digits)
        matching = match_keys(*keys) if keys else None
        if matching is not None and matching.explains:
            return None if matching.trivial else matching
    return None


def _fractions(table: Table) -> set[str]:
    """Return the columns that hold floats, as far as the first rows tell."""
    batch = first_rows(table, _SAMPLE)
    return {
        name
        for name, cells in zip(table.names, batch.columns, strict=True)
        if any(isinstance(number(cell), float) for cell in plain(cells))
    }


def _candidates(exact: Sequence[str], index: str | None) -> list[str]:
    named = [name for name in exact if is_step(name) or _KEY.search(name)]
    others = [name for name in exact if name not in named]
    named.sort(key=lambda name: name == index)
    return [*named, *others][:_MOST_CANDIDATES]


def _keys(
    a: Table, b: Table, names: Sequence[str], digits: int
) -> tuple[list[int], list[int]] | None:
    if not names:
        return None
    left = _keys_of(a, names, digits)
    right = None if left is None else _keys_of(b, names, digits)
    return None if left is None or right is None else (left, right)


def _keys_of(table: Table, names: Sequence[str], digits: int) -> list[int] | None:
    """Return a key for each row from some columns; ``None`` where there are too many rows."""
    columns = [table.names.index(name) for name in names]
    keys: list[int] = []
    for batch in table.batches():
        if len(keys) + batch.length > MAX_ROWS:
            return None
        parts = [[_key(cell, digits) for cell in plain(batch.columns[i])] for i in columns]
        keys += parts[0] if len(parts) == 1 else map(hash, zip(*parts, strict=True))
    return keys


def _key(cell: Any, digits: int) -> int:  # noqa: ANN401 - what files hold
    """Return a hash of a cell; numbers of the same value share it."""
    value = number(cell)
    if value is None:
        return hash(cell) if isinstance(cell, str | bytes | None) else hash(repr(cell))
    if isinstance(value, int):
        return hash(value)
    return hash(float(f"{value:.{digits}g}")) if math.isfinite(value) else hash(str(value))
