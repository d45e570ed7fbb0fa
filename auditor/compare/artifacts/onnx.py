"""ONNX models: weights by tolerance, the graph by its structure, whatever its inner names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided
from auditor.compare.readers.onnx import load
from auditor.compare.readers.onnx_graph import Body, matched, plain
from auditor.compare.values.arrays.arrays import Array, Arrays
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Onnx", "OnnxData"]

_DATA = (".data", "_data")
# What says nothing about what a model computes, by the kind of message that it stands in.
_ASIDE = {
    "model": {"producer_version": "the version of the exporter"},
    "graph": {"name": "the name of the graph"},
    "g": {"name": "the name of a graph"},
    "graphs": {"name": "the name of a graph"},
    "node": {"name": "names of nodes", "metadata_props": "remarks of the exporter"},
    "functions": {"metadata_props": "remarks of the exporter"},
    "initializer": {"metadata_props": "remarks of the exporter"},
    "value_info": {"metadata_props": "remarks of the exporter"},
    "t": {"name": "names of constants"},
    "tensors": {"name": "names of constants"},
}
_DESCRIBED = {"doc_string": "descriptions (doc_string)"}


class Onnx:
    """Compares two models, with the tensors that lie in files next to them."""

    name = "ONNX model"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.onnx``."""
        return path.lower().endswith(".onnx")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two models. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        sides = _Sides(scope)
        left, right = sides.load(a, 0), sides.load(b, 1)
        for location in sorted(sides.missing):
            found.unknown(f"tensors lie in {location}, which was not kept of both runs")
        _set_aside(left, right, found)
        _Models(scope, found).compare(left, right)
        return found.result()


class OnnxData:
    """Compares the tensors that a model keeps in a file next to it."""

    name = "ONNX tensors"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.onnx.data`` and ``.onnx_data``, as exporters call such a file."""
        return path.lower().endswith(tuple(f".onnx{ending}" for ending in _DATA))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:  # noqa: ARG002 - by the model
        """Compare the tensors of two models. Raises ``Unreadable``, ``Undecided``."""
        model = PurePosixPath(scope.path).name[: -len(_DATA[0])]
        pair = scope.siblings(model)
        if pair is None:
            raise Undecided(f"what lies in it, {model} says, which was not kept of both runs")
        found = Found()
        sides = _Sides(scope)
        left, right, _ = matched(*(sides.load(path, at)["graph"] for at, path in enumerate(pair)))
        _Models(scope, found).weights(left, right)
        return found.result()


class _Sides:
    """Loads the model of either run, and notes which files of tensors are not there."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.missing: set[str] = set()

    def load(self, path: Path, side: int) -> dict[str, Any]:
        def external(location: str) -> Path | None:
            pair = self.scope.siblings(location)
            if pair is None:
                self.missing.add(location)
                return None
            return pair[side]

        return load(path, external)


class _Models:
    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found

    def compare(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        left, right = _ordered(a), _ordered(b)
        self._bodies(left.pop("graph"), right.pop("graph"), "/graph")
        one, other = left.pop("functions"), right.pop("functions")
        for name in one.keys() & other.keys():
            self._bodies(one[name], other[name], f"/functions/{name}")
        compare_trees(sorted(one), sorted(other), self.scope, self.found, "/functions")
        compare_trees(left, right, self.scope, self.found)

    def weights(self, a: Body, b: Body) -> None:
        """Compare the tensors that two plain graphs start with, by name."""
        left, right = a.pop("initializer", {}), b.pop("initializer", {})
        if list(left) != list(right) and sorted(left) == sorted(right):
            self.found.note("tensors stand in another order")
        Arrays(self.scope, self.found).mapping(_arrays(left), _arrays(right))
        compare_trees(_rest(left), _rest(right), self.scope, self.found, "/graph/initializer")

    def _bodies(self, a: Body, b: Body, root: str) -> None:
        left, right, notes = matched(a, b)
        for note in notes:
            self.found.note(note)
        self.weights(left, right)
        compare_trees(left, right, self.scope, self.found, root)


def _arrays(tensors: dict[str, Any]) -> dict[str, Array]:
    return {name: one["value"] for name, one in tensors.items() if isinstance(one["value"], Array)}


def _rest(tensors: dict[str, Any]) -> dict[str, Any]:
    """Return what tensors have besides an array."""
    rest = {}
    for name, one in tensors.items():
        array = isinstance(one["value"], Array)
        kept = {key: part for key, part in one.items() if key != "value" or not array}
        if kept:
            rest[name] = kept
    return rest


def _ordered(model: dict[str, Any]) -> dict[str, Any]:
    """Return a model with what has a key by its key."""
    result = dict(model)
    result["opset_import"] = {
        one.get("domain") or "ai.onnx": one.get("version") for one in model.get("opset_import", [])
    }
    result["metadata_props"] = _entries(model.get("metadata_props", []))
    result["functions"] = {_identity(one): one for one in model.get("functions", [])}
    result["training_info"] = [
        {key: plain(value) if isinstance(value, dict) else value for key, value in one.items()}
        for one in model.get("training_info", [])
    ]
    graph = dict(model["graph"])
    graph["metadata_props"] = _entries(graph.get("metadata_props", []))
    result["graph"] = graph
    return result


def _entries(entries: list[dict[str, str]]) -> dict[str, str]:
    return {one.get("key", ""): one.get("value", "") for one in entries}


def _identity(function: Body) -> str:
    return ":".join(str(function.get(key, "")) for key in ("domain", "name", "overload"))


def _set_aside(a: dict[str, Any], b: dict[str, Any], found: Found) -> None:
    left: dict[str, list[Any]] = defaultdict(list)
    right: dict[str, list[Any]] = defaultdict(list)
    for side, model in ((left, a), (right, b)):
        for what, value in _aside(model, "model"):
            side[what].append(value)
    for what in sorted({*left, *right}):
        if left[what] != right[what]:
            found.note(f"set aside, for it means nothing to what is computed: {what}")


def _aside(message: Any, kind: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a tree
    """Take out of a tree what is set aside, and yield it with what it is called."""
    if isinstance(message, list):
        for one in message:
            yield from _aside(one, kind)
    elif isinstance(message, dict):
        for key, what in {**_DESCRIBED, **_ASIDE.get(kind, {})}.items():
            if key in message:
                yield what, message.pop(key)
        for key, value in message.items():
            yield from _aside(value, key)
