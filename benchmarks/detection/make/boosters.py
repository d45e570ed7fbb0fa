"""XGBoost and LightGBM."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import lightgbm
import numpy as np
import xgboost
from content import nudged, samples
from pair import Pair, harmless, planted

__all__ = ["pairs"]

NAMES = ["age", "weight", "height", "speed"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _xgboost_json()
    yield from _xgboost_ubjson()
    yield from _lightgbm_harmless()
    yield from _lightgbm_planted()


def _xgb(rounds: int = 4, **attributes: str) -> xgboost.Booster:
    x, y = samples(150, 4, 81)
    data = xgboost.DMatrix(x, (y > 0).astype(int), feature_names=NAMES)
    model = xgboost.train({"max_depth": 3, "objective": "binary:logistic", "seed": 1}, data, rounds)
    model.set_attr(**attributes)
    return model


def _raw(model: xgboost.Booster, form: str) -> bytes:
    return bytes(model.save_raw(form))


def _reloaded(document: dict[str, Any], form: str) -> bytes:
    """Return the edited model as XGBoost itself writes it."""
    return _raw(xgboost.Booster(model_file=bytearray(json.dumps(document).encode())), form)


def _xgb_edited(edit: Callable[[dict[str, Any]], object], form: str = "json") -> bytes:
    document = json.loads(_raw(_xgb(), "json"))
    edit(document["learner"])
    return _reloaded(document, form)


def _trees(learner: dict[str, Any]) -> list[dict[str, Any]]:
    return learner["gradient_booster"]["model"]["trees"]


def _leaf(learner: dict[str, Any]) -> None:
    tree = _trees(learner)[1]
    at = tree["left_children"].index(-1)
    tree["split_conditions"][at] = tree["base_weights"][at] = tree["split_conditions"][at] + 1e-3


def _split(learner: dict[str, Any]) -> None:
    _trees(learner)[0]["split_conditions"][0] += 0.01


def _noise(learner: dict[str, Any]) -> None:
    for tree in _trees(learner):
        values = np.array(tree["split_conditions"], "float32")
        tree["split_conditions"] = [float(str(one)) for one in nudged(values)]


def _xgboost_json() -> Iterator[Pair]:
    plain = _raw(_xgb(), "json")
    document = json.loads(plain)
    yield harmless(
        "xgboost-pretty",
        "model.json",
        plain,
        json.dumps(document, indent=1),
        "The same document with white space.",
    )
    yield harmless(
        "xgboost-key-order",
        "model.json",
        plain,
        json.dumps({**document, "learner": dict(reversed(document["learner"].items()))}),
        "The members of the document stand in another order.",
    )
    yield harmless(
        "xgboost-last-bit",
        "model.json",
        plain,
        _xgb_edited(_noise),
        "Thresholds and leaves differ in the last bit of a float32.",
    )

    def change(name: str, why: str, other: bytes) -> Pair:
        return planted(name, "model.json", plain, other, why)

    swapped = ["weight", "age", "height", "speed"]
    yield change("xgboost-leaf", "One leaf is 0.001 higher.", _xgb_edited(_leaf))
    yield change("xgboost-tree-missing", "The model has one tree fewer.", _raw(_xgb(3), "json"))
    yield change(
        "xgboost-features-swapped",
        "Two features have each other's name.",
        _xgb_edited(lambda learner: learner.update(feature_names=swapped)),
    )


def _xgboost_ubjson() -> Iterator[Pair]:
    plain = _raw(_xgb(), "ubj")
    yield harmless(
        "xgboost-attribute-date",
        "model.ubj",
        _raw(_xgb(trained_at="2026-03-02T09:22:41"), "ubj"),
        _raw(_xgb(trained_at="2026-05-19T21:48:07"), "ubj"),
        "An attribute says when it was trained.",
    )
    yield planted(
        "xgboost-ubj-leaf",
        "model.ubj",
        plain,
        _xgb_edited(_leaf, "ubj"),
        "One leaf is 0.001 higher.",
    )
    yield planted(
        "xgboost-ubj-split",
        "model.ubj",
        plain,
        _xgb_edited(_split, "ubj"),
        "One threshold is 0.01 higher.",
    )


def _lgb(rounds: int = 4, **params: object) -> str:
    x, y = samples(150, 4, 82)
    fixed = {
        "objective": "multiclass",
        "num_class": 3,
        "num_leaves": 5,
        "min_data_in_leaf": 5,
        "verbose": -1,
    }
    data = lightgbm.Dataset(x, y, feature_name=NAMES)
    return lightgbm.train({**fixed, "seed": 1, **params}, data, rounds).model_to_string()


def _numbers(text: str, name: str, edit: Callable[[list[float]], list[float]]) -> str:
    """Return the model with the numbers of the first line ``name=…``, in its first tree, edited."""
    line = re.search(rf"^{name}=(.*)$", text, re.MULTILINE)
    assert line is not None
    new = " ".join(repr(float(one)) for one in edit([float(one) for one in line[1].split()]))
    edited = text[: line.start(1)] + new + text[line.end(1) :]
    longer = len(new) - len(line[1])
    edited = re.sub(
        r"(?<=^tree_sizes=)\d+", lambda size: str(int(size[0]) + longer), edited, flags=re.MULTILINE
    )
    assert (
        lightgbm.Booster(model_str=edited).num_trees()
        == lightgbm.Booster(model_str=text).num_trees()
    )
    return edited


def _lightgbm_harmless() -> Iterator[Pair]:
    plain = _lgb()
    yield harmless(
        "lightgbm-temporary-path",
        "model.txt",
        _lgb(machine_list_filename="/tmp/tmpx3k9_a2f/machines.txt"),
        _lgb(machine_list_filename="/tmp/tmpq81mz0ci/machines.txt"),
        "The parameters kept in the model name a temporary path.",
    )
    yield harmless(
        "lightgbm-last-bit",
        "model.txt",
        plain,
        _numbers(plain, "leaf_value", lambda values: list(nudged(np.array(values)))),
        "Leaves differ in the last bit of a float64.",
    )
    yield harmless(
        "lightgbm-threads",
        "model.txt",
        _lgb(num_threads=1),
        _lgb(num_threads=2),
        "A parameter that says how many threads to use: none of the trees differs.",
        values="either",
    )


def _lightgbm_planted() -> Iterator[Pair]:
    plain = _lgb()

    def change(name: str, why: str, other: str) -> Pair:
        return planted(name, "model.txt", plain, other, why)

    yield change(
        "lightgbm-leaf-sign",
        "One leaf has the other sign.",
        _numbers(plain, "leaf_value", lambda values: [-values[0], *values[1:]]),
    )
    yield change(
        "lightgbm-threshold",
        "One threshold is 0.01 higher.",
        _numbers(plain, "threshold", lambda values: [values[0] + 0.01, *values[1:]]),
    )
    yield change(
        "lightgbm-learning-rate", "Trained with another learning rate.", _lgb(learning_rate=0.12)
    )
    yield change(
        "lightgbm-features-swapped",
        "Two features have each other's name.",
        plain.replace("feature_names=age weight", "feature_names=weight age"),
    )
    yield change("lightgbm-tree-missing", "The model has one round fewer.", _lgb(3))
