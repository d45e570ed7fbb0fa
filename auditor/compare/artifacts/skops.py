"""Models that skops saved: schema and arrays, without addresses in memory."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.documents import compare_documents
from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.skops_schema import read_skops

__all__ = ["Skops"]


class Skops:
    """Compares objects by class and state; nothing in the file is imported or called."""

    name = "skops objects"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.skops``."""
        return path.lower().endswith(".skops")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files of skops. Raises ``Unreadable``, ``Undecided``."""
        return compare_documents(read_skops(a), read_skops(b), scope)
