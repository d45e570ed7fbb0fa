"""XGBoost's models and configurations, JSON and UBJSON: numbers as wide as they are stored.

Its own older binary form has no description that one could read it by, and compares as bytes.
Format: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.json import parse_json
from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.ubjson import load
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["XGBoost"]

MAX_BYTES = 256 * 1024 * 1024
_JSON = re.compile(rb'\s*\{\s*"learner"\s*:')
_UBJSON = (b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner", b"{i\x07learner", b"{U\x07learner")
# Of 32 bits each, also where all of them happen to be whole.
_FLOATS = {
    "base_weights",
    "leaf_weights",
    "loss_changes",
    "split_conditions",
    "sum_hessian",
    "weight_drop",
    "weights",
}
_WRITTEN = {"base_score", "best_score"}
_THREADS = ("nthread", "n_jobs")


class XGBoost:
    """Compares two models, or two configurations of learners."""

    name = "XGBoost model"

    def knows(self, path: str, head: bytes) -> bool:
        """Know what starts as a learner does, by whatever name, and ``.ubj``."""
        starts = _JSON.match(head) is not None or head.startswith(_UBJSON)
        return starts or (path.lower().endswith(".ubj") and not head)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two models. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        left, right = _load(a), _load(b)
        old, new = left.pop("version", None), right.pop("version", None)
        if repr(_plain(old)) != repr(_plain(new)):
            found.note(f"saved by XGBoost {_version(old)} and {_version(new)}")
        if _threads(left) != _threads(right):
            found.note("set aside: the number of threads")
        try:
            typed = _typed(left), _typed(right)
        except RecursionError:
            raise Undecided("nested too deeply to be compared") from None
        compare_trees(*typed, scope, found)
        return found.result()


def _load(path: Path) -> dict[str, Any]:
    data = mapped(path)
    if len(data) > MAX_BYTES:
        raise Undecided(f"{len(data)} bytes of model are more than the {MAX_BYTES} that are read")
    model = parse_json(bytes(data)) if _JSON.match(data) else load(data)
    if not isinstance(model, dict) or "learner" not in model:
        raise Unreadable("not a model: it has no learner")
    return model


def _threads(model: dict[str, Any]) -> list[Any]:
    """Take the number of threads out of a configuration, and return it."""
    learner = model["learner"]
    common = learner.get("generic_param") if isinstance(learner, dict) else None
    return [common.pop(key, None) for key in _THREADS] if isinstance(common, dict) else []


def _typed(tree: Any, key: str = "") -> Any:  # noqa: ANN401 - a tree
    """Return a tree with lists of numbers as arrays of the type that XGBoost computes with."""
    if isinstance(tree, dict):
        return {name: _typed(value, name) for name, value in tree.items()}
    if isinstance(tree, list):
        return _array(tree, key) or [_typed(value, key) for value in tree]
    if isinstance(tree, str) and key in _WRITTEN:
        return _written(tree)
    return tree


def _array(values: list[Any], key: str) -> Array | None:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    kinds = {type(value) for value in values}
    if not kinds or not kinds <= {int, float}:
        return None
    floats = float in kinds or key in _FLOATS
    try:
        # What is larger than 32 bits hold becomes infinite, as it does where it is loaded.
        with np.errstate(over="ignore"):
            return Array(np.array(values, dtype=np.float32 if floats else np.int64))
    except OverflowError:
        return None


def _written(text: str) -> Any:  # noqa: ANN401 - a tree
    """Return numbers that are written as text, ``5E-1`` or ``[5E-1]``."""
    try:
        numbers = [float(part) for part in text.strip("[]").split(",")]
    except ValueError:
        return text
    return _array(numbers, "")


def _plain(version: Any) -> Any:  # noqa: ANN401 - a tree
    return [int(part) for part in version.values[()]] if isinstance(version, Array) else version


def _version(version: Any) -> str:  # noqa: ANN401 - a tree
    plain = _plain(version)
    return ".".join(map(str, plain)) if isinstance(plain, list) else "of unknown version"
