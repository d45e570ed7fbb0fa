"""Which keys of two mappings differ: equality first, then as written, then deepdiff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.model.canonical import canonical

__all__ = ["changed_keys"]

_encode = msgspec.json.Encoder().encode


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys, sorted, whose values differ or that one side lacks.

    As in canonical JSON, 1 and true are two values, 1 and 1.0 are one.
    """
    suspects = [key for key in sorted({*before, *after}) if not _equal(before, after, key)]
    # What is written otherwise differs, whatever deepdiff takes for equal: it is asked of the rest.
    differing = {key for key in suspects if _lost(before, after, key)}
    unsure = [key for key in suspects if key not in differing]
    if unsure:
        differing |= _differing(
            {key: before[key] for key in unsure}, {key: after[key] for key in unsure}
        )
    return tuple(key for key in suspects if key in differing)


def _equal(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> bool:
    if key not in before or key not in after:
        return False
    one, other = before[key], after[key]
    return one == other and (_same_text(one, other) or canonical([one]) == canonical([other]))


def _same_text(one: Any, other: Any) -> bool:  # noqa: ANN401 - any value of a section
    """Say quickly that two equal values are written alike; no is no answer."""
    try:
        return _encode(one) == _encode(other)
    except (TypeError, ValueError):
        return False


def _lost(left: Mapping[str, Any], right: Mapping[str, Any], key: str) -> bool:
    return (key in left) != (key in right) or canonical([left[key]]) != canonical([right[key]])


def _differing(left: Mapping[str, Any], right: Mapping[str, Any]) -> set[str]:
    from deepdiff import DeepDiff  # noqa: PLC0415 - late: it costs 200 ms

    # A threshold of 0 keeps every key apart; private names (``__x``) are not left out.
    tree = DeepDiff(
        left, right, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False
    )
    return {
        str(level.path(output_format="list")[0]) for levels in tree.values() for level in levels
    }
