"""Safetensors: tensors by name, whatever their order in the file, and the text beside them."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.safetensors import read_safetensors
from auditor.compare.values.arrays.arrays import Arrays
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Safetensors"]

# What kohya's trainers write of the time of a run, and https://github.com/Stability-AI/ModelSpec.
_OF_THE_RUN = frozenset(
    {"ss_session_id", "ss_training_started_at", "ss_training_finished_at", "modelspec.date"}
)


class Safetensors:
    """Compares tensors element by element."""

    name = "tensors"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.safetensors``."""
        return path.lower().endswith(".safetensors")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = read_safetensors(a), read_safetensors(b)
        left, right = _lasting(one.metadata, other.metadata, found)
        compare_trees(left, right, scope, found, root="/__metadata__")
        Arrays(scope, found).mapping(one.tensors, other.tensors)
        if list(one.tensors) != list(other.tensors) and one.tensors.keys() == other.tensors.keys():
            found.note("the same tensors in another order")
        return found.result()


def _lasting(
    a: dict[str, str], b: dict[str, str], found: Found
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the metadata of both without the times of the runs."""
    shared = _OF_THE_RUN & a.keys() & b.keys()
    for key in sorted(key for key in shared if a[key] != b[key]):
        found.note(f"metadata {key} says when the run was, and is not compared")
    left, right = ({k: v for k, v in side.items() if k not in shared} for side in (a, b))
    return left, right
