"""Lists of the same elements in another order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from auditor.compare.values.tables.matching import Matching, match_keys

__all__ = ["matched_records", "reordered"]

_MOST_SORTED = 10_000


def reordered(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """Say whether two lists of scalars and flat records hold the same in another order."""
    if a is b or len(a) > _MOST_SORTED or not all(map(_plain, (*a, *b))) or a == b:
        return False
    # By text, NaN is equal to itself.
    one, other = [*map(_written, a)], [*map(_written, b)]
    return one != other and Counter(one) == Counter(other)


def _written(value: Any) -> str:  # noqa: ANN401 - what files hold
    return repr(sorted(value.items(), key=repr)) if isinstance(value, dict) else repr(value)


def _plain(value: Any) -> bool:  # noqa: ANN401 - what files hold
    if isinstance(value, dict):
        return all(isinstance(one, str | int | float | None) for one in value.values())
    return isinstance(value, str | int | float)


def matched_records(a: Sequence[Any], b: Sequence[Any]) -> Matching:
    """Match elements of two lists of which one is the other in another order."""
    left, right = ([hash(_written(one)) for one in side] for side in (a, b))
    return match_keys(left, right)
