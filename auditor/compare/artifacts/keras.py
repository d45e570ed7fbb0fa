"""Keras 3 models (``.keras``): layers and settings exact, weights by tolerance.

A zip of ``config.json``, ``metadata.json`` and ``model.weights.h5``:
https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.artifacts.zip import Zip
from auditor.compare.readers.json import read_json
from auditor.compare.readers.keras import numbered
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Keras"]

_ZIP = b"PK"
_PROVENANCE = {
    "date_saved": "date_saved differs, which says when, not what",
    "keras_version": "keras_version differs: saved by another Keras",
}


class Keras:
    """Compares what the members of two models say."""

    name = "Keras model"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.keras``, which old versions of Keras wrote as HDF5."""
        return path.lower().endswith(".keras") and (not head or head.startswith(_ZIP))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two models. Raises ``Unreadable``, ``Undecided``."""
        inside = Scope(
            scope.policy,
            scope.names,
            inner=partial(_member, scope),
            siblings=scope.siblings,
            hosts=scope.hosts,
            depth=scope.depth,
        )
        return Zip().compare(a, b, inside)


def _member(model: Scope, a: Path, b: Path, scope: Scope) -> Difference:
    """Compare one member: its own way where it is Keras' own, else as any file of its name."""
    if scope.path not in {"config.json", "metadata.json"}:
        return model.member(scope.path, a, b)
    try:
        one, other = read_json(a), read_json(b)
        found = Found()
        if scope.path == "config.json":
            _config(one, other, scope, found)
        else:
            _metadata(one, other, scope, found)
    except (Unreadable, Undecided, RecursionError):
        return model.member(scope.path, a, b)
    return found.result()


def _config(a: Any, b: Any, scope: Scope, found: Found) -> None:  # noqa: ANN401 - JSON
    one, other = numbered(a), numbered(b)
    compare_trees(one, other, scope, found)
    if a != b and one == other:
        found.note("shared objects are named by where they lay in memory, which is no value")


def _metadata(a: Any, b: Any, scope: Scope, found: Found) -> None:  # noqa: ANN401 - JSON
    if not isinstance(a, dict) or not isinstance(b, dict):
        raise Unreadable("metadata.json is no object")
    for key, note in _PROVENANCE.items():
        if key in a and key in b and a.pop(key) != b.pop(key):
            found.note(note)
    compare_trees(a, b, scope, found)
