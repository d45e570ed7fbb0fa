"""Graphs of ONNX models side by side, whatever their inner tensors are called.

Exporters number inner tensors anew and may write nodes in another order: neither means anything,
for a tensor has one maker, and a node runs when its inputs are there. A body is a ``GraphProto``
or a ``FunctionProto`` as ``readers.onnx`` returns them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Body", "Rename", "matched", "plain"]

Body = dict[str, Any]
Rename = Callable[[str], str]

_MAX_DEPTH = 50


def matched(a: Body, b: Body) -> tuple[Body, Body, tuple[str, ...]]:
    """Return both bodies, plain, under names that agree where their structure does, and notes."""
    if sorted(_makes(a)) == sorted(_makes(b)):
        left, right = plain(a), plain(b)
        if list(_makes(a)) == list(_makes(b)):
            notes: tuple[str, ...] = ()
        else:
            notes = ("nodes of the graph stand in another order",)
            left, right = _keyed(left), _keyed(right)
        if _structure(left) == _structure(right):
            return left, right, notes
    names = _Names(a, b)
    left_bound, right_bound = plain(a), plain(b, names)
    if _structure(left_bound) == _structure(right_bound):
        return left_bound, right_bound, ("inner names of the graph differ, its structure does not",)
    if sorted(_makes(a)) == sorted(_makes(b)):
        return left, right, notes
    return left_bound, right_bound, ()


def plain(body: Body, rename: Rename = lambda name: name, depth: int = 0) -> Body:
    """Return a body whose parts that have a name go by it. Raises ``Unreadable``, ``Undecided``."""
    if depth > _MAX_DEPTH:
        raise Undecided(f"graphs are nested more than {_MAX_DEPTH} deep")
    result = dict(body)
    result["node"] = [_node(one, rename, depth) for one in body.get("node", [])]
    for end in ("input", "output"):
        result[end] = [_end(one, rename) for one in body.get(end, [])]
    for key, name in (
        ("initializer", "name"),
        ("value_info", "name"),
        ("quantization_annotation", "tensor_name"),
    ):
        if key in body:
            result[key] = _by_name(body[key], name, rename)
    if "sparse_initializer" in body:
        result["sparse_initializer"] = {
            rename(one.get("values", {}).get("name", "")): one for one in body["sparse_initializer"]
        }
    if "attribute_proto" in body:
        defaults = _by_name(body["attribute_proto"], "name", str)
        result["attribute_proto"] = {
            name: _attribute(one, rename, depth) for name, one in defaults.items()
        }
    return result


def _node(node: dict[str, Any], rename: Rename, depth: int) -> dict[str, Any]:
    result = dict(node)
    for end in ("input", "output"):
        result[end] = [rename(name) for name in node.get(end, [])]
    attributes = _by_name(node.get("attribute", []), "name", str)
    result["attribute"] = {name: _attribute(one, rename, depth) for name, one in attributes.items()}
    return result


def _attribute(attribute: dict[str, Any], rename: Rename, depth: int) -> dict[str, Any]:
    result = dict(attribute)
    if "g" in result:
        result["g"] = plain(result["g"], rename, depth + 1)
    if "graphs" in result:
        result["graphs"] = [plain(one, rename, depth + 1) for one in result["graphs"]]
    return result


def _end(end: str | dict[str, Any], rename: Rename) -> str | dict[str, Any]:
    if isinstance(end, str):
        return rename(end)
    return {**end, "name": rename(end.get("name", ""))}


def _by_name(parts: list[dict[str, Any]], name: str, rename: Rename) -> dict[str, Any]:
    result = {
        rename(one.get(name, "")): {key: value for key, value in one.items() if key != name}
        for one in parts
    }
    if len(result) != len(parts):
        raise Unreadable(f"a name stands twice among {len(parts)} parts of the graph")
    return result


def _makes(body: Body) -> Iterator[tuple[str, ...]]:
    """Yield the names that each node of a body makes."""
    return (tuple(node.get("output", ())) for node in body.get("node", []))


def _keyed(body: Body) -> Body:
    nodes = {" ".join(node["output"]): node for node in body["node"]}
    return {**body, "node": nodes} if len(nodes) == len(body["node"]) else body


def _structure(tree: Any) -> Any:  # noqa: ANN401 - a tree
    """Return a tree with the type and shape of each array in its place."""
    if isinstance(tree, dict):
        return {key: _structure(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_structure(value) for value in tree]
    return (tree.dtype, tree.shape) if isinstance(tree, Array) else tree


class _Names:
    """What the inner names of one body are called in the other, by where they stand.

    The names of the model's own inputs and outputs are what it is called by, and stay.
    """

    def __init__(self, a: Body, b: Body) -> None:
        self._fixed = {"", *_interface(a), *_interface(b)}
        self._there: dict[str, str] = {}
        self._back: dict[str, str] = {}
        self._body(a, b, 0)

    def __call__(self, name: str) -> str:
        return self._back.get(name, name)

    def _bind(self, a: str, b: str) -> None:
        if a in self._fixed or b in self._fixed:
            return
        if a not in self._there and b not in self._back:
            self._there[a], self._back[b] = b, a

    def _body(self, a: Body, b: Body, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise Undecided(f"graphs are nested more than {_MAX_DEPTH} deep")
        self._ends(a, b, "input")
        for left, right in zip(a.get("node", []), b.get("node", []), strict=False):
            self._ends(left, right, "input")
            self._ends(left, right, "output")
            inner = (_bodies(left), _bodies(right))
            for one, other in zip(*inner, strict=False):
                self._body(one, other, depth + 1)
        self._ends(a, b, "output")

    def _ends(self, a: Body, b: Body, end: str) -> None:
        for left, right in zip(a.get(end, []), b.get(end, []), strict=False):
            self._bind(_called(left), _called(right))


def _called(end: str | dict[str, Any]) -> str:
    return end if isinstance(end, str) else str(end.get("name", ""))


def _interface(body: Body) -> Iterator[str]:
    """Yield the names of a graph's inputs and outputs; those of a function are inner ones."""
    ends = (*body.get("input", ()), *body.get("output", ()))
    return (one["name"] for one in ends if isinstance(one, dict) and "name" in one)


def _bodies(node: dict[str, Any]) -> Iterator[Body]:
    for attribute in sorted(node.get("attribute", []), key=lambda one: str(one.get("name", ""))):
        if "g" in attribute:
            yield attribute["g"]
        yield from attribute.get("graphs", [])
