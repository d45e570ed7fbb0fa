"""Comparators: one file per kind of file, tried in order; files nobody knows compare as bytes.

Other people's come from the entry-point group ``auditor.comparators``, after the built-in ones.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from auditor.compare.artifacts.csv import Csv
from auditor.compare.artifacts.interface import Comparator, Difference, Unreadable
from auditor.compare.artifacts.json import Json
from auditor.compare.artifacts.npy import Npy
from auditor.compare.artifacts.text import Text

__all__ = ["COMPARATORS", "Comparator", "Difference", "Unreadable", "comparator_for"]

COMPARATORS: tuple[Comparator, ...] = (Json(), Csv(), Npy(), Text())


def comparator_for(path: str, head: bytes) -> Comparator | None:
    """Return what knows the file at ``path`` that starts with ``head``, or ``None``."""
    known = (one for one in (*COMPARATORS, *_others()) if one.knows(path, head))
    return next(known, None)


@cache
def _others() -> tuple[Comparator, ...]:
    found = sorted(entry_points(group="auditor.comparators"), key=lambda point: point.name)
    return tuple(point.load()() for point in found)
