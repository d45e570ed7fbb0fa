"""What a comparator of one kind of file is, and what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from auditor.compare.values.difference import Difference, Undecided, Unreadable
from auditor.compare.values.scope import Scope

__all__ = ["Comparator", "Difference", "Scope", "Undecided", "Unreadable"]


class Comparator(Protocol):
    """Knows one kind of file. ``name`` is shown in reports."""

    @property
    def name(self) -> str:
        """What it compares, in a word or two."""
        ...

    def knows(self, path: str, head: bytes) -> bool:
        """Say whether a file of this path, starting with ``head`` (may be empty), is its kind."""
        ...

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files whose bytes differ. Raises ``Unreadable``, ``Undecided``."""
        ...
