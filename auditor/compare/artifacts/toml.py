"""TOML: keys, text and integers exact, floats within tolerance; comments mean nothing."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.toml import read_toml
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Toml"]


class Toml:
    """Compares documents by JSON Pointer."""

    name = "TOML values"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.toml``."""
        return path.lower().endswith(".toml")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two documents. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        compare_trees(read_toml(a), read_toml(b), scope, found)
        result = found.result()
        noisy = result.magnitude is not None and result.magnitude.differing > 0
        if result.relation == "within" and not (result.notes or result.masks or noisy):
            found.note("layout, comments or how values are written differ, not the values")
        return found.result()
