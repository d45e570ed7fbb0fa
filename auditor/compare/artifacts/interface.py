"""What a comparator of one kind of file is, and what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

from auditor.compare.values.tolerance import Tolerances
from auditor.model.audit import Magnitude, Mask
from auditor.model.policy import Tolerance
from auditor.model.record import Record

__all__ = ["Comparator", "Difference", "Unreadable"]


class Unreadable(Exception):  # noqa: N818 - the reason why bytes decide, not an error
    """A file that is not of its kind, or too large for it: its bytes decide, with this note."""


class Difference(Record, frozen=True, kw_only=True):
    """How the values of two files relate whose bytes differ. ``masks`` count in the first."""

    relation: Literal["within", "different"]
    magnitude: Magnitude | None = None
    tolerance: Tolerance | None = None
    masks: tuple[Mask, ...] = ()
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Comparator(Protocol):
    """Knows one kind of file. ``name`` is shown in reports."""

    @property
    def name(self) -> str:
        """What it compares, in a word or two."""
        ...

    def knows(self, path: str, head: bytes) -> bool:
        """Say whether a file of this path, starting with ``head`` (may be empty), is its kind."""
        ...

    def compare(self, a: Path, b: Path, tolerances: Tolerances) -> Difference:
        """Compare by value. Raises ``Unreadable`` where a file is broken or too large."""
        ...
