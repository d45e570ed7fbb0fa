"""JSON, YAML and TOML: metrics and parameters."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from content import metrics
from pair import Pair, harmless, planted

__all__ = ["pairs"]

CONFIG: dict[str, Any] = {
    "model": {"name": "mlp", "hidden": [64, 32], "dropout": 0.1, "activation": "relu"},
    "optimizer": {"name": "adam", "lr": 0.001, "betas": [0.9, 0.999], "amsgrad": False},
    "data": {"path": "data/animals.csv", "classes": ["cat", "dog", "horse"], "until": "2026-06-30"},
    "seed": 42,
    "epochs": 12,
}


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _json_written_anew()
    yield from _json_of_another_time()
    yield from _json_changed()
    yield from _yaml()
    yield from _toml()


def _changed(
    document: dict[str, Any], change: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    other = copy.deepcopy(document)
    change(other)
    assert other != document
    return other


def _pretty(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


def _json_written_anew() -> Iterator[Pair]:
    plain = _pretty(metrics())
    yield harmless(
        "json-key-order",
        "metrics.json",
        plain,
        _pretty(dict(reversed(metrics().items()))),
        "The members of the object stand in another order.",
    )
    yield harmless(
        "json-compact",
        "metrics.json",
        plain,
        json.dumps(metrics(), separators=(",", ":")),
        "The same document without white space.",
    )
    yield harmless(
        "json-escapes",
        "labels.json",
        json.dumps({"classes": ["Känguru", "Löwe", "šakal"], "default": "Löwe"}),
        json.dumps(
            {"classes": ["Känguru", "Löwe", "šakal"], "default": "Löwe"}, ensure_ascii=False
        ),
        "Letters are written as themselves instead of as escapes.",
    )
    yield harmless(
        "json-number-format",
        "params.json",
        '{"lr": 0.001, "momentum": 0.9, "weight_decay": 1e-05}',
        '{"lr": 1e-3, "momentum": 0.90, "weight_decay": 0.00001}',
        "The same numbers written differently.",
    )
    yield harmless(
        "json-last-bit",
        "metrics.json",
        _pretty({"accuracy": 0.95, "loss": 0.1834271093, "auc": 0.9881422924901185}),
        _pretty({"accuracy": 0.95, "loss": 0.18342710930000003, "auc": 0.9881422924901186}),
        "Loss and area differ in the last bit of a float64.",
    )


def _json_of_another_time() -> Iterator[Pair]:
    yield harmless(
        "json-finished-at",
        "metrics.json",
        _pretty({**metrics(), "finished_at": "2026-03-02T09:22:41.185423+00:00"}),
        _pretty({**metrics(), "finished_at": "2026-05-19T21:48:07.902218+00:00"}),
        "It says when the run ended.",
    )
    yield harmless(
        "json-run-id",
        "result.json",
        _pretty({"run_id": "3f0c8a52-6d0e-4b0b-9a53-2d1f6f0a7c11", "accuracy": 0.95}),
        _pretty({"run_id": "b71de0c4-98f1-47d6-8a6e-05c3c91b2f9d", "accuracy": 0.95}),
        "Each run has its own random id.",
    )
    yield harmless(
        "json-temporary-path",
        "result.json",
        _pretty({"accuracy": 0.95, "checkpoint": "/tmp/tmpx3k9_a2f/best.pt"}),
        _pretty({"accuracy": 0.95, "checkpoint": "/tmp/tmpq81mz0ci/best.pt"}),
        "The checkpoint lay in a folder with a random name.",
    )
    yield harmless(
        "json-seconds",
        "metrics.json",
        _pretty({**metrics(), "train_seconds": 41.27}),
        _pretty({**metrics(), "train_seconds": 43.02}),
        "What training took is noise to most and a result to some.",
        values="either",
    )


def _json_changed() -> Iterator[Pair]:
    def change(name: str, why: str, act: Callable[[dict[str, Any]], object]) -> Pair:
        return planted(
            name, "metrics.json", _pretty(metrics()), _pretty(_changed(metrics(), act)), why
        )

    def config(name: str, why: str, act: Callable[[dict[str, Any]], object]) -> Pair:
        return planted(name, "config.json", _pretty(CONFIG), _pretty(_changed(CONFIG, act)), why)

    yield change(
        "json-accuracy", "Accuracy fell from 0.95 to 0.94.", lambda m: m.update(accuracy=0.94)
    )
    yield change("json-member-missing", "A metric is missing.", lambda m: m["f1"].pop("horse"))
    yield change(
        "json-confusion-count",
        "One sample moved to another cell of the confusion matrix.",
        lambda m: m["confusion"].__setitem__(1, [1, 45, 2]),
    )
    yield change("json-nan", "The loss became NaN.", lambda m: m.update(loss=float("nan")))
    yield config(
        "json-learning-rate", "Another learning rate.", lambda c: c["optimizer"].update(lr=0.002)
    )
    yield config(
        "json-flag", "A flag was turned on.", lambda c: c["optimizer"].update(amsgrad=True)
    )
    yield config(
        "json-classes-swapped",
        "The names of the classes, which stand for the outputs by place, are swapped.",
        lambda c: c["data"].update(classes=["dog", "cat", "horse"]),
    )
    yield config(
        "json-until",
        "Training data end a month earlier: a date that is a parameter.",
        lambda c: c["data"].update(until="2026-05-31"),
    )
    yield planted(
        "json-prediction",
        "predictions.json",
        _pretty({"predictions": ["cat", "dog", "dog", "horse", "cat", "horse"]}),
        _pretty({"predictions": ["cat", "dog", "cat", "horse", "cat", "horse"]}),
        "One prediction is another class.",
        decisions="different",
    )
    yield planted(
        "json-string-for-number",
        "params.json",
        '{"lr": 0.001, "layers": 3}\n',
        '{"lr": 0.001, "layers": "3"}\n',
        "A number became a string.",
    )


def _yaml() -> Iterator[Pair]:
    plain = yaml.safe_dump(CONFIG, sort_keys=False)

    def change(name: str, why: str, act: Callable[[dict[str, Any]], object]) -> Pair:
        other = yaml.safe_dump(_changed(CONFIG, act), sort_keys=False)
        return planted(name, "config.yaml", plain, other, why)

    yield harmless(
        "yaml-key-order",
        "config.yaml",
        plain,
        yaml.safe_dump(CONFIG, sort_keys=True),
        "The keys stand in alphabetical order.",
    )
    yield harmless(
        "yaml-flow-style",
        "config.yaml",
        plain,
        yaml.safe_dump(CONFIG, sort_keys=False, default_flow_style=True),
        "The same document in flow style.",
    )
    yield harmless(
        "yaml-comment-and-quotes",
        "params.yml",
        "name: mlp\nlr: 0.001\nlayers:\n- 64\n- 32\n",
        "# written by the training script\nname: 'mlp'\n\nlr: 0.0010\nlayers: [64, 32]\n",
        "A comment, quotes and white space more.",
    )
    yield change(
        "yaml-learning-rate", "Another learning rate.", lambda c: c["optimizer"].update(lr=0.01)
    )
    yield change("yaml-seed", "Another seed.", lambda c: c.update(seed=43))
    yield change(
        "yaml-layers-swapped",
        "The hidden layers have each other's size.",
        lambda c: c["model"].update(hidden=[32, 64]),
    )
    yield change("yaml-key-missing", "Drop-out is not set.", lambda c: c["model"].pop("dropout"))


def _toml() -> Iterator[Pair]:
    plain = (
        'seed = 42\nepochs = 12\n\n[optimizer]\nname = "adam"\nlr = 0.001\nbetas = [0.9, 0.999]\n'
        '\n[data]\npath = "data/animals.csv"\nshuffle = true\n'
    )
    yield harmless(
        "toml-inline",
        "config.toml",
        plain,
        'epochs = 12\nseed = 42\ndata = {shuffle = true, path = "data/animals.csv"}\n'
        "optimizer = {name = 'adam', lr = 1e-3, betas = [0.9, 0.999]}\n",
        "Inline tables instead of sections, in another order.",
    )
    yield harmless(
        "toml-comments",
        "config.toml",
        plain,
        "# defaults\n" + plain.replace("lr = 0.001", "lr    = 0.001 # as in the paper"),
        "Comments and white space more.",
    )
    yield planted(
        "toml-epochs",
        "config.toml",
        plain,
        plain.replace("epochs = 12", "epochs = 13"),
        "One epoch more.",
    )
    yield planted(
        "toml-shuffle",
        "config.toml",
        plain,
        plain.replace("shuffle = true", "shuffle = false"),
        "The data are no longer shuffled.",
    )
