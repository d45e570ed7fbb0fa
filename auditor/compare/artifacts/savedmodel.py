"""TensorFlow's saved models: graphs, signatures and objects, whatever functions are numbered.

The variables are in files of their own (``checkpoint``).
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.protobuf import Schema, decode
from auditor.compare.readers.tensorflow import saved_model
from auditor.compare.readers.tensorflow_graph import Graphs, note_counted, without_saving
from auditor.compare.readers.tensorflow_objects import SET_ORDER, Objects
from auditor.compare.values.difference import Found, Unreadable
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Fingerprint", "SavedModel"]

_VERSIONS = ("tensorflow_version", "tensorflow_git_version")
_HASHES: Schema = {
    "FingerprintDef": {
        1: "saved_model_checksum uint",
        2: "graph_def_program_hash uint",
        3: "signature_def_hash uint",
        4: "saved_object_graph_hash uint",
        5: "checkpoint_hash uint",
        6: "version VersionDef",
        7: "uuid string",
    },
    "VersionDef": {1: "producer int", 2: "min_consumer int", 3: "bad_consumers int*"},
}


class SavedModel:
    """Compares ``saved_model.pb``."""

    name = "TensorFlow saved model"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says enough
        """Know ``saved_model.pb``."""
        return PurePosixPath(path).name == "saved_model.pb"

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two models. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        left, right = _Model(saved_model(mapped(a))), _Model(saved_model(mapped(b)))
        if left.order != right.order:
            left.drop_saving()
            right.drop_saving()
            found.note(SET_ORDER)
        compare_trees(left.tree, right.tree, scope, found)
        note_counted(left.graphs, right.graphs, found)
        if left.versions != right.versions:
            old, new = (", ".join(one.versions) for one in (left, right))
            found.note(f"saved by TensorFlow {old} and {new}")
        return found.result()


class Fingerprint:
    """Compares ``fingerprint.pb``, which only restates what lies next to it.

    It holds hashes of the graph, the signatures, the objects and the index of variables, each
    of which is compared itself, and an id that is drawn anew at each save.
    """

    name = "TensorFlow fingerprint"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says enough
        """Know ``fingerprint.pb``."""
        return PurePosixPath(path).name == "fingerprint.pb"

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two fingerprints. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        left, right = (decode(mapped(path), "FingerprintDef", _HASHES) for path in (a, b))
        for side in (left, right):
            if "saved_model_checksum" not in side:
                raise Unreadable("not a fingerprint: it has no checksum of the model")
        if left.pop("uuid", "") != right.pop("uuid", ""):
            found.note("set aside: the id, which is drawn anew at each save")
        restated = [name for name in left if name.endswith(("_hash", "_checksum"))]
        differing = [name for name in restated if left.pop(name) != right.pop(name, None)]
        if differing:
            hashes = ", ".join(differing)
            found.note(f"hashes of files that are compared themselves differ: {hashes}")
        compare_trees(left, right, scope, found)
        return found.result()


class _Model:
    """A model under names that do not depend on what the process did before."""

    def __init__(self, model: dict[str, Any]) -> None:
        self.graphs = Graphs()
        self.versions: list[str] = []
        self.order: list[list[str]] = []
        self.tree = {**model, "meta_graphs": [self._meta(one) for one in model["meta_graphs"]]}

    def drop_saving(self) -> None:
        """Leave out of the graphs what saves and restores variables."""
        for meta in self.tree["meta_graphs"]:
            meta["graph_def"] = without_saving(meta.get("graph_def", {}))

    def _meta(self, meta: dict[str, Any]) -> Any:  # noqa: ANN401 - a tree
        about = dict(meta.get("meta_info_def", {}))
        self.versions += [str(about.pop(key, "")) for key in _VERSIONS]
        whole = {**meta, "meta_info_def": about}
        saved = meta.get("object_graph_def", {})
        if "nodes" in saved:
            objects = Objects(saved["nodes"])
            self.order.append(objects.order)
            whole["object_graph_def"] = _by_path(saved, objects)
        return self.graphs.plain(whole, meta.get("graph_def", {}))


def _by_path(saved: dict[str, Any], objects: Objects) -> dict[str, Any]:
    functions = {
        name: {**one, "bound_inputs": [objects.path(number) for number in one["bound_inputs"]]}
        if "bound_inputs" in one
        else one
        for name, one in saved.get("concrete_functions", {}).items()
    }
    return {**saved, "nodes": objects.tree(), "concrete_functions": functions}
