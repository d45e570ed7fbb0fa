"""The objects of two HDF5 files: groups, attributes, datasets and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.hdf5 import BROKEN, attributes, link, opened, stored, values
from auditor.compare.readers.keras import numbered
from auditor.compare.values.arrays.arrays import Array, Arrays
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["compare_objects"]

MAX_OBJECTS = 100_000
MAX_DEPTH = 100
_PRESENCE = {True: ("present", "(absent)"), False: ("(absent)", "present")}
# By what and when a file was written: Keras, netCDF (also https://wiki.esipfed.org/ACDD).
_PROVENANCE = frozenset(
    {"keras_version", "_NCProperties", "history", "date_created", "date_modified", "date_saved"}
)


def compare_objects(a: Path, b: Path, scope: Scope) -> Difference:
    """Compare two files by the paths of their objects. Raises ``Unreadable``, ``Undecided``."""
    found = Found()
    with opened(a) as left, opened(b) as right:
        try:
            _Walk(scope, found).run(left["/"], right["/"])
        except RecursionError:
            raise Undecided("nested too deeply to be compared") from None
        except BROKEN as error:
            raise Unreadable(f"not a readable HDF5 file: {error}") from None
    result = found.result()
    if result.relation == "within" and not (result.notes or result.tensors or result.masks):
        found.note("the same contents, laid out in another way")
    return found.result()


class _Walk:
    """Goes through the groups of two files side by side."""

    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found
        self.arrays = Arrays(scope, found)
        self._seen: set[tuple[Any, Any]] = set()

    def run(self, a: Any, b: Any) -> None:  # noqa: ANN401 - groups
        stack = [iter([("", a, b)])]
        while stack:
            pair = next(stack[-1], None)
            if pair is None:
                stack.pop()
            elif len(stack) > MAX_DEPTH:
                raise Undecided(f"nested more than {MAX_DEPTH} groups deep")
            else:
                stack.append(self._visit(*pair))

    def _visit(self, path: str, a: Any, b: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - objects
        # Links may lead in circles, and to one object from many places.
        if (a.id, b.id) in self._seen:
            return
        self._seen.add((a.id, b.id))
        if len(self._seen) > MAX_OBJECTS:
            raise Undecided(f"more than {MAX_OBJECTS} objects")
        if type(a) is not type(b):
            self.found.differ(path, type(a).__name__.lower(), type(b).__name__.lower())
            return
        self._attributes(path, a, b)
        if hasattr(a, "keys"):
            yield from self._members(path, a, b)
        elif hasattr(a, "shape"):
            self._dataset(path, a, b)
        elif a.dtype != b.dtype:
            self.found.differ(f"{path} dtype", str(a.dtype), str(b.dtype))

    def _members(self, path: str, a: Any, b: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - groups
        one, other = set(a), set(b)
        for name in sorted(one | other):
            inside = f"{path}/{name}"
            if name not in one or name not in other:
                self.arrays.absent(inside, here=name in one)
                continue
            left, right = link(a, name), link(b, name)
            if left != right:
                self.found.differ(inside, left or "object", right or "object")
            elif not left:
                yield inside, a[name], b[name]

    def _dataset(self, path: str, a: Any, b: Any) -> None:  # noqa: ANN401 - datasets
        if stored(a) != stored(b):
            ways = (way for way, how in stored(a).items() if how != stored(b)[way])
            self.found.note(f"stored in another way, which is no value: {', '.join(ways)}")
        try:
            left, right = values(a), values(b)
        except Undecided as reason:
            self.found.unknown(f"{path}: {reason}")
            return
        if isinstance(left, Array) and isinstance(right, Array):
            self.arrays.compare(path.removeprefix("/"), left, right)
        else:
            compare_trees(left, right, self.scope, self.found, root=path)

    def _attributes(self, path: str, a: Any, b: Any) -> None:  # noqa: ANN401 - objects
        left, right = attributes(a), attributes(b)
        for name in sorted(left.keys() | right.keys()):
            place = f"{path or '/'}@{name}"
            if name not in left or name not in right:
                self.found.differ(place, *_PRESENCE[name in left])
            elif name in _PROVENANCE and isinstance(left[name], str):
                if left[name] != right[name]:
                    self.found.note(f"{place}: who wrote the file, and when, is not compared")
            else:
                self._attribute(place, left[name], right[name])

    def _attribute(self, place: str, a: Any, b: Any) -> None:  # noqa: ANN401 - trees
        if a == b:
            return
        one, other = _parsed(a), _parsed(b)
        if one is None or other is None:
            compare_trees(a, b, self.scope, self.found, root=place)
            return
        compare_trees(numbered(one), numbered(other), self.scope, self.found, root=place)
        if one == other:
            self.found.note(f"{place}: the same JSON, written in another way")
        elif numbered(one) == numbered(other):
            self.found.note(f"{place}: shared objects are named by where they lay in memory")


def _parsed(text: Any) -> Any:  # noqa: ANN401 - JSON, or None where it is something else
    if not isinstance(text, str) or not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text, object_pairs_hook=_once)
    except ValueError:
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return found
