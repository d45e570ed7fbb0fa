"""JSON, and JSON Lines: keys, strings and integers exact, floats within tolerance."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.json import read_json, read_json_lines
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.histories import add_histories
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Json"]


class Json:
    """Compares parsed documents by JSON Pointer (RFC 6901); ``NaN`` and ``Infinity`` are read."""

    name = "JSON values"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.json``, ``.jsonl`` and ``.ndjson``."""
        return path.lower().endswith((".json", ".jsonl", ".ndjson"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two documents. Raises ``Unreadable``, ``Undecided``."""
        lines = scope.path.lower().endswith(("l", "ndjson"))
        read = read_json_lines if lines else read_json
        one, other = read(a), read(b)
        found = Found()
        # First: where a curve parts says more than the first few of its points.
        add_histories(one, other, scope, found)
        compare_trees(one, other, scope, found)
        return found.result()
