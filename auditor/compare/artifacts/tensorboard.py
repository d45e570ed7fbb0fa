"""TensorBoard's event files: each scalar as a curve, what else was logged by tag and step."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.events import Log, load
from auditor.compare.readers.protobuf import decode
from auditor.compare.readers.tensorflow import CONVERT
from auditor.compare.readers.tensorflow_graph import Graphs, note_counted
from auditor.compare.readers.tensorflow_schema import GRAPHS
from auditor.compare.values.clock import hidden
from auditor.compare.values.curves import Series, series
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["TensorBoard"]


class TensorBoard:
    """Compares two event files, but for the times of their events."""

    name = "TensorBoard events"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says enough
        """Know files with ``tfevents`` in their name."""
        return "tfevents" in PurePosixPath(path).name

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two event files. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        _Logs(scope, found).compare(load(a), load(b))
        return found.result()


class _Logs:
    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found

    def compare(self, a: Log, b: Log) -> None:
        self._scalars(a, b)
        self._graphs(a, b)
        pictures = _pictures(a), _pictures(b)
        for place in sorted(pictures[0].keys() & pictures[1].keys()):
            self._picture(place, pictures[0][place], pictures[1][place])
        compare_trees(_tree(a), _tree(b), self.scope, self.found)
        self._set_aside(a, b)

    def _scalars(self, a: Log, b: Log) -> None:
        for tag in [*a.scalars, *(tag for tag in b.scalars if tag not in a.scalars)]:
            left, right = a.scalars.get(tag, []), b.scalars.get(tag, [])
            dtype = a.dtypes.get(tag) or b.dtypes[tag]
            if b.dtypes.get(tag, dtype) != dtype:
                self.found.differ(f"{tag} dtype", dtype, b.dtypes[tag])
            series(self.found, self.scope, tag, left, self._unclocked(tag, left, right), dtype)

    def _unclocked(self, tag: str, a: Series, b: Series) -> Series:
        """Return ``b`` with what only a clock makes differ as it is in ``a``."""
        key = tag.rpartition("/")[2]
        at = dict(a)
        kept = []
        for step, value in b:
            masked = hidden(key, at[step], value, self.scope) if step in at else None
            if masked and at[step] != value:
                self.found.mask(*masked)
            kept.append((step, at[step] if masked else value))
        return kept

    def _graphs(self, a: Log, b: Log) -> None:
        if len(a.graphs) != len(b.graphs):
            self.found.differ("graphs", len(a.graphs), len(b.graphs))
        for number, (left, right) in enumerate(zip(a.graphs, b.graphs, strict=False)):
            if left != right:
                self._graph(f"/graphs/{number}", left, right)

    def _graph(self, place: str, a: tuple[str, bytes], b: tuple[str, bytes]) -> None:
        sides = (Graphs(), Graphs())
        left, right = sides[0].plain(*_graph(*a)), sides[1].plain(*_graph(*b))
        compare_trees(left, right, self.scope, self.found, place)
        note_counted(*sides, self.found)

    def _picture(self, place: str, a: dict[str, Any], b: dict[str, Any]) -> None:
        left, right = a.pop("encoded_image_string"), b.pop("encoded_image_string")
        if left == right:
            return
        with tempfile.TemporaryDirectory() as folder:
            pair = (Path(folder, "a"), Path(folder, "b"))
            for path, content in zip(pair, (left, right), strict=True):
                path.write_bytes(content)
            self.found.add(place, self.scope.member(f"{place}{_suffix(left)}", *pair))

    def _set_aside(self, a: Log, b: Log) -> None:
        if a.clock != b.clock:
            self.found.note("set aside: the times at which events were written")
        if a.profiles != b.profiles:
            self.found.note("set aside: profiles, which are times and places in memory")
        for run, log in (("original", a), ("replay", b)):
            if log.rest:
                self.found.note(f"the {run} ends inside a record: {log.rest} bytes are left out")


def _tree(log: Log) -> dict[str, Any]:
    return {"logged": log.logged, "about": log.about, "messages": log.messages}


def _graph(message: str, data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    tree = decode(memoryview(data), message, GRAPHS, CONVERT)
    return tree, tree if message == "GraphDef" else tree.get("graph_def", {})


def _pictures(log: Log) -> dict[str, dict[str, Any]]:
    """Return the pictures of a log by tag, step and place among those."""
    return {
        f"{tag} at step {step}" + (f", {number}" if number else ""): one["image"]
        for tag, steps in log.logged.items()
        for step, values in steps.items()
        for number, one in enumerate(values)
        if "encoded_image_string" in one.get("image", {})
    }


def _suffix(data: bytes) -> str:
    return {b"\x89P": ".png", b"\xff\xd8": ".jpg", b"GI": ".gif"}.get(data[:2], "")
