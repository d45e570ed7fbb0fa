"""``auditor.run``, and what the observed program tells, in the fingerprint."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

import auditor
from auditor.errors import InputError

BARE = str(Path(sys.base_prefix) / "bin" / "python3")
"""An interpreter that has no auditor of its own."""
PAGE = Path(__file__).parents[2] / "docs" / "api.md"
SCRIPT = """\
import auditor
auditor.seed_everything(1)
auditor.metric("loss", float("inf"))
auditor.metric("epochs", 3)
auditor.param("lr", 0.1)
auditor.param("api_key", "hunter2")
auditor.input("data")
auditor.output("made")
open("made", "w").write(open("data").read())
"""


def scripted(folder: Path, script: str) -> Path:
    (folder / ".auditor").mkdir()
    (folder / "train.py").write_text(script)
    (folder / "data").write_text("1")
    return folder


@pytest.mark.slow
def test_what_a_program_tells_is_in_its_fingerprint(tmp_path: Path) -> None:
    place = scripted(tmp_path, SCRIPT)
    filed = auditor.run([BARE, "train.py"], name="x", params={"lr": 1, "k": 2}, cwd=place)
    assert filed.status == 0
    assert filed.path.is_file()
    fingerprint = filed.fingerprint
    metrics = fingerprint.outcome.metrics
    assert metrics.how == "recorded"
    assert "auditor.metric" in metrics.source
    told = {metric.name: (metric.value, metric.type, metric.file) for metric in metrics.value or ()}
    assert told == {"loss": (math.inf, "float", ""), "epochs": (3, "int", "")}
    params = fingerprint.recipe.params
    assert (params["lr"].value, params["lr"].how, params["lr"].source) == (
        "0.1",
        "recorded",
        "auditor.param",
    )
    assert (params["k"].value, params["k"].how) == ("2", "declared")
    assert params["api_key"].value == "[redacted]"
    assert fingerprint.recipe.inputs.value is not None
    assert [(f.path, f.seen) for f in fingerprint.recipe.inputs.value.files] == [
        ("data", "declared")
    ]
    assert fingerprint.outcome.outputs.value is not None
    made = {file.path: file.seen for file in fingerprint.outcome.outputs.value.files}
    assert made["made"] == "declared"
    seeds = {seed.library for seed in fingerprint.recipe.seeds.value or ()}
    assert "auditor" in seeds


@pytest.mark.slow
def test_a_program_that_tells_nothing(tmp_path: Path) -> None:
    place = scripted(tmp_path, "raise SystemExit(3)")
    filed = auditor.run([sys.executable, "train.py"], cwd=place, trace="python")
    assert filed.status == 3
    assert filed.fingerprint.outcome.metrics.reason == "no metrics file was written"
    assert filed.fingerprint.recipe.params == {}


@pytest.mark.slow
def test_an_output_that_was_never_made(tmp_path: Path) -> None:
    place = scripted(tmp_path, "import auditor; auditor.output('absent')")
    filed = auditor.run([BARE, "train.py"], cwd=place, trace="python")
    outputs = filed.fingerprint.outcome.outputs.value
    assert outputs is not None
    (absent,) = [file for file in outputs.files if file.path == "absent"]
    assert (absent.digest, absent.seen) == (None, "declared")
    assert absent.reason.startswith("when the run ended it ")


@pytest.mark.slow
def test_the_example_of_the_page(tmp_path: Path) -> None:
    example = PAGE.read_text().split("```python\n")[1].split("```")[0]
    place = scripted(tmp_path, example)
    (place / "data.csv").write_text("a b c")
    filed = auditor.run([BARE, "train.py"], cwd=place)
    assert filed.status == 0
    metrics = filed.fingerprint.outcome.metrics.value or ()
    assert [(metric.name, metric.value) for metric in metrics] == [("rows", 3)]
    assert filed.fingerprint.recipe.params["rate"].value == "0.1"
    outputs = filed.fingerprint.outcome.outputs.value
    assert outputs is not None
    assert [(file.path, file.seen) for file in outputs.files] == [("model.bin", "declared")]


@pytest.mark.parametrize(
    ("argv", "options", "message"),
    [
        ([], {}, "list of words"),
        ("python train.py", {}, "list of words"),
        (["true"], {"cwd": "absent"}, "no folder"),
        (["true"], {"trace": "none"}, "no tracer"),
    ],
)
def test_what_cannot_be_run(argv: list[str], options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        auditor.run(argv, **options)  # type: ignore[arg-type]
