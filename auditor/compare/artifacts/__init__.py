"""Comparators: one file per kind of file, tried in order; files nobody knows compare as bytes.

Other people's come from the entry-point group ``auditor.comparators``, after the built-in ones.
"""

from __future__ import annotations

import filecmp
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from auditor.compare.artifacts.bytes import first_difference
from auditor.compare.artifacts.csv import Csv
from auditor.compare.artifacts.interface import (
    Comparator,
    Difference,
    Scope,
    Undecided,
    Unreadable,
)
from auditor.compare.artifacts.json import Json
from auditor.compare.artifacts.npy import Npy
from auditor.compare.artifacts.text import Text

__all__ = [
    "COMPARATORS",
    "HEAD",
    "Comparator",
    "Difference",
    "Scope",
    "Undecided",
    "Unreadable",
    "comparator_for",
    "compare_parts",
]

HEAD = 512

COMPARATORS: tuple[Comparator, ...] = (Json(), Csv(), Npy(), Text())


def comparator_for(path: str, head: bytes) -> Comparator | None:
    """Return what knows the file at ``path`` that starts with ``head``, or ``None``."""
    known = (one for one in (*COMPARATORS, *_others()) if one.knows(path, head))
    return next(known, None)


def compare_parts(a: Path, b: Path, scope: Scope) -> Difference:
    """Compare two parts of larger files: equal bytes first, then by what knows them."""
    if filecmp.cmp(a, b, shallow=False):
        return Difference(relation="within")
    with a.open("rb") as file:
        comparator = comparator_for(scope.path, file.read(HEAD))
    if comparator is None:
        return Difference(relation="different", evidence=first_difference(a, b))
    try:
        return comparator.compare(a, b, scope)
    except Unreadable as reason:
        note = f"compared as bytes: {reason}"
        return Difference(relation="different", evidence=first_difference(a, b), notes=(note,))
    except Undecided as reason:
        return Difference(relation="unknown", notes=(str(reason),))


@cache
def _others() -> tuple[Comparator, ...]:
    found = sorted(entry_points(group="auditor.comparators"), key=lambda point: point.name)
    return tuple(point.load()() for point in found)
