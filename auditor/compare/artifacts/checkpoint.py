"""Checkpoints and variables of TensorFlow: each variable by name, floats by tolerance.

``NAME.index`` says where the variables lie in the shards ``NAME.data-00000-of-00001``; a shard is
compared with the help of the index next to it. ``checkpoint`` says which names there are.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.tensor_bundle import OBJECTS, Index, index, value
from auditor.compare.readers.tensorflow_objects import SET_ORDER, UNORDERED, Objects, own_keys
from auditor.compare.values.arrays.arrays import Array, Arrays
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["CheckpointData", "CheckpointIndex", "CheckpointState"]

_SHARD = re.compile(r"(.+)\.data-(\d{5,9})-of-\d{5,9}")
# An index starts with the empty key, under which its header lies.
_START = b"\x00\x00"
_HEADER = b"\x08"
_STATE = b'model_checkpoint_path: "'
_MOST_STATE = 16 * 1024 * 1024
_TIMES = ("all_model_checkpoint_timestamps", "last_preserved_timestamp")


class CheckpointIndex:
    """Compares which variables there are, of which type and shape."""

    name = "TensorFlow index of variables"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.index`` that starts as a table with a header does."""
        starts = head.startswith(_START) and head[3:4] == _HEADER
        named = path == "variables.index" or path.endswith(("/variables.index", ".ckpt.index"))
        return path.endswith(".index") and (starts or (not head and named))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two indexes. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        left, right = index(mapped(a)), index(mapped(b))
        compare_trees(_listed(left), _listed(right), scope, found)
        both = left.variables.keys() & right.variables.keys()
        pairs = [(left.variables[name], right.variables[name]) for name in both]
        if any(one.checksum != other.checksum for one, other in pairs):
            found.note("checksums of variables differ: the values lie in the files of data")
        if any(one[2:5] != other[2:5] for one, other in pairs):
            found.note("variables lie at other places in the files of data")
        return found.result()


class CheckpointData:
    """Compares the variables that lie in one shard."""

    name = "TensorFlow variables"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says enough
        """Know ``.data-00000-of-00001``."""
        return _SHARD.fullmatch(PurePosixPath(path).name) is not None

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two shards. Raises ``Unreadable``, ``Undecided``."""
        match = _SHARD.fullmatch(PurePosixPath(scope.path).name)
        assert match is not None
        name, shard = f"{match[1]}.index", int(match[2])
        pair = scope.siblings(name)
        if pair is None:
            raise Undecided(f"what lies in it, {name} says, which was not kept of both runs")
        found = Found()
        left, right = (
            _variables(index(mapped(where)), mapped(data), shard)
            for where, data in zip(pair, (a, b), strict=True)
        )
        if list(left) != list(right) and left.keys() == right.keys():
            found.note(SET_ORDER)
        arrays = ({k: v for k, v in side.items() if isinstance(v, Array)} for side in (left, right))
        Arrays(scope, found).mapping(*arrays)
        compare_trees(_no_arrays(left), _no_arrays(right), scope, found)
        return found.result()


class CheckpointState:
    """Compares which checkpoints were kept, but for when."""

    name = "TensorFlow list of checkpoints"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``checkpoint`` that starts as it is written."""
        return PurePosixPath(path).name == "checkpoint" and head.startswith(_STATE)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two lists. Raises ``Unreadable``."""
        found = Found()
        left, right = _state(a), _state(b)
        if [left.pop(key, None) for key in _TIMES] != [right.pop(key, None) for key in _TIMES]:
            found.note("set aside: when the checkpoints were written")
        compare_trees(left, right, scope, found)
        return found.result()


def _state(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        for line in bytes(mapped(path)[:_MOST_STATE]).decode("utf-8").splitlines():
            key, _, value = line.partition(": ")
            found.setdefault(key, []).append(value)
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: {error.reason}") from None
    if path.stat().st_size > _MOST_STATE:
        raise Unreadable(f"longer than {_MOST_STATE} bytes")
    return found


def _listed(listing: Index) -> dict[str, Any]:
    """Return what an index says; of variables in a set, how many there are of each shape."""
    variables: dict[str, Any] = {}
    unordered = []
    for name, one in listing.variables.items():
        about = {"dtype": one.dtype, "shape": one.shape, "slices": one.slices}
        if name.startswith(f"{UNORDERED}/"):
            unordered.append(about)
        else:
            variables[name] = about
    return {
        "header": listing.header,
        "variables": variables,
        UNORDERED: sorted(unordered, key=repr),
    }


def _variables(listing: Index, data: memoryview, shard: int) -> dict[str, Any]:
    """Return the variables of a shard; those in a set by their own name, if it says which."""
    found = {
        name: value(name, entry, data, listing.order)
        for name, entry in listing.variables.items()
        if entry.shard == shard and not entry.slices
    }
    nodes = _nodes(found.get(OBJECTS))
    if not nodes:
        return found
    names = own_keys(nodes)
    plain = {names.get(name, name): one for name, one in found.items()}
    return {**plain, OBJECTS: Objects(nodes).tree()}


def _nodes(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a tree
    first = found[0] if isinstance(found, list) and found else None
    return first.get("nodes", []) if isinstance(first, dict) else []


def _no_arrays(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in variables.items() if not isinstance(one, Array)}
