"""What runs log to trackers, seen through stand-ins of their shape."""

from __future__ import annotations

import json
import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.recorder.observer.journal import Journal
from auditor.recorder.observer.tracking import Tracking

if TYPE_CHECKING:
    from conftest import Bench

MLFLOW = {
    "mlflow/__init__.py": "from mlflow.tracking.fluent import *\n",
    "mlflow/tracking/__init__.py": "from mlflow.tracking.client import MlflowClient\n",
    "mlflow/tracking/client.py": """
        class MlflowClient:
            def log_param(self, run_id, key, value): return value
            def log_metric(self, run_id, key, value, timestamp=None, step=None): pass
            def log_batch(self, run_id, metrics=(), params=(), tags=()): pass
        """,
    "mlflow/tracking/fluent.py": """
        from .client import MlflowClient
        def log_param(key, value): return MlflowClient().log_param("r", key, value)
        def log_params(params): MlflowClient().log_batch("r", params=())
        def log_metric(key, value, step=None): MlflowClient().log_metric("r", key, value)
        def log_metrics(metrics, step=None): MlflowClient().log_batch("r", metrics=())
        """,
}
WANDB = {
    "wandb/__init__.py": "from wandb.sdk.wandb_init import init\n",
    "wandb/sdk/__init__.py": "",
    "wandb/sdk/wandb_config.py": """
        class Config:
            def __init__(self): object.__setattr__(self, "_items", {})
            def update(self, d, allow_val_change=None): self._items.update(d)
            def __setitem__(self, key, value): self._items[key] = value
            __setattr__ = __setitem__
        """,
    "wandb/sdk/wandb_run.py": """
        from .wandb_config import Config
        class Run:
            def __init__(self): self.config = Config()
            def log(self, data, step=None, commit=None): self.last = data
        """,
    "wandb/sdk/wandb_init.py": """
        from .wandb_run import Run
        def init(project=None, config=None):
            run = Run()
            run.config.update(config or {})
            return run
        """,
}
BOARD = {
    "tensorboardX/__init__.py": "from .writer import SummaryWriter\n",
    "tensorboardX/writer.py": """
        class SummaryWriter:
            def add_scalar(self, tag, scalar_value, global_step=None): return self
            def add_hparams(self, hparam_dict, metric_dict, name=None):
                for tag, value in metric_dict.items():
                    self.add_scalar("inner/" + tag, value)
        """,
}


def seen(bench: Bench, library: dict[str, str], script: str) -> list[tuple[str, ...]]:
    for name, text in library.items():
        bench.write(f"lib/{name}", text)
    observed = bench.python("import sys; sys.path.insert(0, 'lib')\n" + script)
    assert (observed.status, observed.stderr) == (0, b"")
    members = ("system", "kind", "name", "value", "count")
    return [tuple(event[name] for name in members) for event in observed.of("tracked")]


def test_mlflow(bench: Bench) -> None:
    script = """
import mlflow
from mlflow.tracking import MlflowClient
from types import SimpleNamespace as Item
assert mlflow.log_param("lr", 0.1) == 0.1
mlflow.log_params({"depth": 3, "names": ["a", "b"]})
for step in range(5): mlflow.log_metric("loss", 1 / (step + 1), step=step)
mlflow.log_metrics({"acc": 0.5})
client = MlflowClient()
client.log_param("r", "by", value="client")
client.log_batch("r", params=[Item(key="many", value="1")], metrics=[Item(key="auc", value=1.0)])
"""
    assert seen(bench, MLFLOW, script) == [
        ("mlflow", "param", "lr", "0.1", 1),
        ("mlflow", "param", "depth", "3", 1),
        ("mlflow", "param", "names", "[a, b]", 1),
        ("mlflow", "metric", "loss", "1.0", 1),
        ("mlflow", "metric", "acc", "0.5", 1),
        ("mlflow", "param", "by", "client", 1),
        ("mlflow", "param", "many", "1", 1),
        ("mlflow", "metric", "auc", "1.0", 1),
        ("mlflow", "metric", "loss", "0.2", 5),
    ]


def test_wandb(bench: Bench) -> None:
    script = """
import wandb
run = wandb.init(project="p", config={"model": {"lr": 0.1}})
run.config.update({"seed": 1})
run.config.depth = 3
run.config["wide"] = True
run.log({"loss": 0.5, "picture": object(), "val": {"acc": 1}})
run.log({"loss": 0.25})
assert run.last == {"loss": 0.25}
"""
    assert seen(bench, WANDB, script) == [
        ("wandb", "param", "model.lr", "0.1", 1),
        ("wandb", "param", "seed", "1", 1),
        ("wandb", "param", "depth", "3", 1),
        ("wandb", "param", "wide", "True", 1),
        ("wandb", "metric", "loss", "0.5", 1),
        ("wandb", "metric", "val.acc", "1", 1),
        ("wandb", "metric", "loss", "0.25", 2),
    ]


def test_tensorboard(bench: Bench) -> None:
    script = """
from tensorboardX import SummaryWriter
writer = SummaryWriter()
assert writer.add_scalar("loss", 0.5, 1) is writer
writer.add_hparams({"lr": 0.1}, {"best": 2})
"""
    assert seen(bench, BOARD, script) == [
        ("tensorboard", "metric", "loss", "0.5", 1),
        ("tensorboard", "param", "lr", "0.1", 1),
        ("tensorboard", "metric", "best", "2", 1),
    ]


def test_a_library_of_another_shape_runs_as_ever(bench: Bench) -> None:
    other = {"wandb/__init__.py": "", "wandb/sdk/__init__.py": ""}
    other["wandb/sdk/wandb_run.py"] = "class Other: pass\n"
    other["wandb/sdk/wandb_init.py"] = "def init(config): return config\n"
    script = """
import wandb.sdk.wandb_run
from wandb.sdk.wandb_init import init
class Odd:
    def items(self): raise RuntimeError("no items")
odd = Odd()
assert init(odd) is odd and init(config=odd) is odd
"""
    assert seen(bench, other, script) == []


def test_the_libraries_errors_are_theirs(bench: Bench) -> None:
    library = {**MLFLOW, "mlflow/tracking/fluent.py": "def log_param(key, value): 1 / 0\n"}
    script = """
import mlflow
try: mlflow.log_param("lr", 1)
except ZeroDivisionError: print("theirs")
try: mlflow.log_param()
except TypeError: print("theirs")
"""
    assert seen(bench, library, script) == [("mlflow", "param", "lr", "1", 1)]


@pytest.fixture
def tracking(tmp_path: Path) -> Tracking:
    (tmp_path / "events").mkdir()
    return Tracking(Journal(str(tmp_path)))


def written(tmp_path: Path) -> list[dict[str, Any]]:
    (path,) = (tmp_path / "events").iterdir()
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_so_many_and_no_more(tracking: Tracking, tmp_path: Path) -> None:
    for number in range(3000):
        tracking.params("t", {f"p{number}": number})
        tracking.metrics("t", {f"m{number}": number})
    assert len(written(tmp_path)) == 4000


def test_what_lies_on_a_device_is_not_fetched(tracking: Tracking, tmp_path: Path) -> None:
    def fetched() -> float:
        raise AssertionError

    far = types.SimpleNamespace(device="cuda:0", item=fetched)
    near = types.SimpleNamespace(device="cpu", item=lambda: 0.5)
    tracking.metrics("t", {"far": far, "near": near, "flag": True})
    tracking.params("t", {"far": far})
    found = [(event["name"], event["value"]) for event in written(tmp_path)]
    assert found == [("near", "0.5"), ("far", "<SimpleNamespace>")]


def test_nothing_is_imported_for_it() -> None:
    names = ("mlflow", "wandb", "tensorboardX")
    before = {name for name in names if name in sys.modules}
    Tracking(Journal(os.devnull)).patches()
    assert {name for name in names if name in sys.modules} == before
