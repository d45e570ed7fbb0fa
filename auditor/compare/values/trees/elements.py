"""Two lists of other lengths: which element of one is which of the other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import zip_longest
from typing import Any

from auditor.compare.values.steps import is_step
from auditor.compare.values.tables.matching import match_keys

__all__ = ["matched_elements"]

MAX_ELEMENTS = 100_000
_KEYS = ("id", "key", "name", "step", "epoch", "iteration", "index", "path", "sample_id")
_SCALAR = str | int | float | bool | None


def matched_elements(
    where: str, a: list[Any], b: list[Any], absent: object
) -> Iterator[tuple[str, Any, Any]]:
    """Yield elements that belong together, with their place in ``a`` (in ``b``, if only there).

    Records are told apart by a key that each has once, other elements by their value. Where that
    explains too little, or lists are very long, the n-th belongs to the n-th.
    """
    keys = _keys(a, b) if max(len(a), len(b)) <= MAX_ELEMENTS else None
    matching = match_keys(*keys) if keys else None
    if matching is None or matching.moved or not matching.explains:
        pairs = zip_longest(a, b, fillvalue=absent)
        yield from ((f"{where}/{index}", x, y) for index, (x, y) in enumerate(pairs))
        return
    for row, partner in zip(matching.rows, matching.partners, strict=True):
        yield f"{where}/{row}", a[row], b[partner]
    for row in matching.missing:
        yield f"{where}/{row}", a[row], absent
    for partner in matching.added:
        yield f"{where}/{partner}", absent, b[partner]


def _keys(a: list[Any], b: list[Any]) -> tuple[list[int], list[int]] | None:
    name = _key(a, b)
    if name is not None:
        return [hash(one[name]) for one in a], [hash(one[name]) for one in b]
    if all(isinstance(one, _SCALAR) for one in (*a, *b)):
        return [hash(repr(one)) for one in a], [hash(repr(one)) for one in b]
    return None


def _key(a: list[Any], b: list[Any]) -> str | None:
    """Return the key whose values tell the records of either list apart, if there is one."""
    if not a or not b or not all(isinstance(one, dict) for one in (*a, *b)):
        return None
    names = [name for name in a[0] if isinstance(name, str)]
    for name in sorted(names, key=lambda name: not is_step(name)):
        if (name in _KEYS or is_step(name)) and all(_tells(side, name) for side in (a, b)):
            return name
    return None


def _tells(records: list[dict[str, Any]], name: str) -> bool:
    values = [record.get(name) for record in records]
    scalar = all(isinstance(value, Hashable) and isinstance(value, str | int) for value in values)
    return scalar and len(set(values)) == len(values)
