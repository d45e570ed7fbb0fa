"""Parameters of real runs, from all places at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.capture import assemble, no_host_facts, read
from auditor.model.fact import Fact, declared, derived, recorded
from auditor.model.fingerprint import Fingerprint
from auditor.store.objects import Objects

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.slow


def fingerprint(project: Project, folder: Path, keep: int = 1 << 20) -> Fingerprint:
    return assemble(
        read(folder), no_host_facts("test"), Objects(project.place / "objects"), keep=keep
    )


def params(project: Project, folder: Path, keep: int = 1 << 20) -> dict[str, Fact[str]]:
    return fingerprint(project, folder, keep).recipe.params


def test_each_place_says_how_it_is_known(project: Project) -> None:
    project.write("conf/config.yaml", "model: {lr: 0.1}\napi_key: hunter22\n")
    project.write("package.json", '{"version": 1}')
    script = """
        import os
        open("conf/config.yaml").read(); open("package.json").read()
        open("conf/config.yaml", "w").write("model: {lr: 9}\\n")
        os.makedirs("outputs/today/.hydra")
        open("outputs/today/.hydra/config.yaml", "w").write("lr: 0.2\\n")
        open("outputs/today/.hydra/overrides.yaml", "w").write("- lr=0.2\\n")
        open("outputs/today/.hydra/hydra.yaml", "w").write("day: 1\\n")
        """
    arguments = ("--epochs", "3", "--password", "hunter22", "lr=0.2", "given=1")
    folder = project.python(script, *arguments, params={"given": "2"})
    assert params(project, folder) == {
        "given": declared("2", "--param"),
        "epochs": derived("3", "argv"),
        "password": derived("[redacted]", "argv"),
        "lr": derived("0.2", "argv"),
        "conf/config.yaml#/model/lr": declared("0.1", "conf/config.yaml"),
        "conf/config.yaml#/api_key": declared("[redacted]", "conf/config.yaml"),
        ".hydra/config.yaml#/lr": recorded("0.2", "outputs/today/.hydra/config.yaml"),
        ".hydra/overrides.yaml#/0": recorded("lr=0.2", "outputs/today/.hydra/overrides.yaml"),
    }


def test_files_that_are_passed_over_say_why(project: Project) -> None:
    project.write("many.json", str(list(range(501))))
    project.write("large.yaml", "a: " + "x" * 300_000)
    project.write("broken.toml", "a = ")
    script = "for name in ('many.json', 'large.yaml', 'broken.toml'): open(name).read()"
    found = params(project, project.python(script))
    assert {name: fact.how for name, fact in found.items()} == dict.fromkeys(found, "unknown")
    assert found["many.json"].reason == "has more than 500 values"
    assert found["large.yaml"].reason == "has more than 256 KiB"
    assert "Invalid value" in found["broken.toml"].reason


def test_a_file_that_is_not_kept_is_read_where_it_lies_if_it_is_the_same(project: Project) -> None:
    config = project.write("config.json", '{"lr": 1}')
    folder = project.python("open('config.json').read()")
    assert params(project, folder, keep=0) == {"config.json#/lr": declared("1", "config.json")}
    config.write_text('{"lr": 2}')
    (changed,) = params(project, folder, keep=0).values()
    assert changed.how == "unknown"


def test_what_the_run_logged(project: Project) -> None:
    project.write("lib/tensorboardX/__init__.py", "")
    project.write(
        "lib/tensorboardX/writer.py",
        """
        class SummaryWriter:
            def add_scalar(self, tag, scalar_value): pass
            def add_hparams(self, hparam_dict, metric_dict): pass
        """,
    )
    script = """
        import sys; sys.path.insert(0, "lib")
        from tensorboardX.writer import SummaryWriter
        SummaryWriter().add_hparams({"lr": 0.1, "api_key": "hunter22"}, {})
        for step in range(3): SummaryWriter().add_scalar("loss", step)
        """
    made = fingerprint(project, project.python(script, "--lr", "1"))
    assert made.recipe.params == {
        "lr": recorded("0.1", "SummaryWriter.add_hparams"),
        "api_key": recorded("[redacted]", "SummaryWriter.add_hparams"),
    }
    loss = made.record.tracked.value[-1] if made.record.tracked.value else None
    assert loss is not None
    assert (loss.kind, loss.name, loss.value, loss.count) == ("metric", "loss", "2", 3)
    assert not made.outcome.metrics.value


def test_without_python_nothing_logged_is_known(project: Project) -> None:
    made = fingerprint(project, project.run("true", "--lr", "1"))
    assert made.recipe.params == {"lr": derived("1", "argv")}
    assert made.record.tracked.how == "unknown"
    made = fingerprint(project, project.run(sys.executable, "-c", "pass"))
    assert made.record.tracked.reason == "nothing was logged"
