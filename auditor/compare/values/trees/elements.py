"""Two lists of other lengths: which element of one is which of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any

from auditor.compare.values.difference import Found
from auditor.compare.values.steps import is_step
from auditor.compare.values.tables.matching import match_keys

__all__ = ["has_key", "matched_elements"]

MAX_ELEMENTS = 100_000
_KEYS = ("id", "key", "name", "step", "epoch", "iteration", "index", "path", "sample_id")
_SCALAR = str | int | float | bool | None


def matched_elements(
    where: str, a: list[Any], b: list[Any], absent: object, found: Found
) -> Iterator[tuple[str, Any, Any]]:
    """Yield elements that belong together, with their place in ``a`` (in ``b``, if only there).

    Records are told apart by a key that each has once, or has once with the same other keys;
    other elements by their value. Where that explains too little, or lists are very long, the
    n-th belongs to the n-th. Of records that only one has in a row, one line is added.
    """
    keys = _keys(a, b) if max(len(a), len(b)) <= MAX_ELEMENTS else None
    matching = match_keys(*keys) if keys else None
    if matching is None or matching.moved or not matching.explains:
        pairs = zip_longest(a, b, fillvalue=absent)
        yield from ((f"{where}/{index}", x, y) for index, (x, y) in enumerate(pairs))
        return
    for row, partner in zip(matching.rows, matching.partners, strict=True):
        yield f"{where}/{row}", a[row], b[partner]
    for row in _alone(where, a, matching.missing, "missing", found):
        yield f"{where}/{row}", a[row], absent
    for partner in _alone(where, b, matching.added, "added", found):
        yield f"{where}/{partner}", absent, b[partner]


def has_key(a: list[Any], b: list[Any]) -> bool:
    """Say whether a key tells the records of either list apart."""
    return _record_keys(a, b) is not None


def _alone(
    where: str, side: list[Any], rows: Sequence[int], word: str, found: Found
) -> Iterator[int]:
    """Add runs of two and more records as one line each; yield the other rows."""
    for _, group in groupby(enumerate(rows), key=lambda one: one[1] - one[0]):
        run = [row for _, row in group]
        if len(run) == 1 or not all(isinstance(side[row], dict) for row in run):
            yield from run
            continue
        found.different = True
        places = f"{where}/{run[0]} to {where}/{run[-1]}"
        found.evidence.add(f"{places}: {len(run)} records {word}")


def _keys(a: list[Any], b: list[Any]) -> tuple[list[int], list[int]] | None:
    records = _record_keys(a, b)
    if records is None and all(isinstance(one, _SCALAR) for one in (*a, *b)):
        return [hash(repr(one)) for one in a], [hash(repr(one)) for one in b]
    return records


def _record_keys(a: list[Any], b: list[Any]) -> tuple[list[int], list[int]] | None:
    """Return what tells the records of either list apart, if there is such a thing."""
    if not a or not b or not all(isinstance(one, dict) for one in (*a, *b)):
        return None
    names = [name for name in a[0] if isinstance(name, str)]
    known = [name for name in names if name in _KEYS or is_step(name)]
    known.sort(key=lambda name: not is_step(name))
    for identity in (_value, _kind):
        for name in known:
            keys = [identity(side, name) for side in (a, b)]
            if all(side and len(set(side)) == len(side) for side in keys):
                return keys[0], keys[1]
    return None


def _value(records: list[dict[str, Any]], name: str) -> list[int]:
    values = [record.get(name) for record in records]
    return [*map(hash, values)] if all(isinstance(one, str | int) for one in values) else []


def _kind(records: list[dict[str, Any]], name: str) -> list[int]:
    """Return keys by which records of training and evaluation at one step are two."""
    values = _value(records, name)
    return [hash((value, frozenset(one))) for value, one in zip(values, records, strict=False)]
