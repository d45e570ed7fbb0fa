"""YAML: types as YAML resolves them, keys, text and integers exact, floats within tolerance."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.yaml import read_yaml
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.histories import add_histories
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Yaml"]

_NAMES = frozenset({"MLmodel", "dvc.lock"})


class Yaml:
    """Compares documents by JSON Pointer; comments, anchors and styles mean nothing."""

    name = "YAML values"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says enough
        """Know ``.yaml``, ``.yml``, ``.dvc``, ``dvc.lock`` and MLflow's ``MLmodel``."""
        known = path.lower().endswith((".yaml", ".yml", ".dvc"))
        return known or PurePosixPath(path).name in _NAMES

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files of one or more documents. Raises ``Unreadable``, ``Undecided``."""
        one, other = read_yaml(a), read_yaml(b)
        found = Found()
        # First: where a curve parts says more than the first few of its points.
        add_histories(one, other, scope, found)
        compare_trees(one, other, scope, found)
        result = found.result()
        noisy = result.magnitude is not None and result.magnitude.differing > 0
        if result.relation == "within" and not (result.notes or result.masks or noisy):
            found.note("layout, comments or how values are written differ, not the values")
        return found.result()
