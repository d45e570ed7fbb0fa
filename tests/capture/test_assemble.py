"""From observations to fingerprints: contents are kept, and digests mean what they say."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from auditor.capture import assemble, no_host_facts, read
from auditor.errors import MachineError
from auditor.model.canonical import canonical, decode
from auditor.model.fact import declared, recorded, unknown
from auditor.model.facts import Metric
from auditor.model.files import File, FileList, Manifest
from auditor.model.fingerprint import Fingerprint, identity
from auditor.model.observation import Observation
from auditor.store.lists import files_in, with_files
from auditor.store.objects import Objects

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.slow

KEEP = 1000


def sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


@pytest.fixture
def seen(project: Project) -> Observation:
    project.write("in.txt", "in")
    project.write("state.txt", "before")
    return read(
        project.python(
            """
            import json
            open("in.txt").read()
            open("state.txt", "r+").write("after!")
            open("big.bin", "w").write("x" * 2000)
            json.dump({"a": {"b": 0.5}}, open("metrics.json", "w"))
            print("hello")
            """
        )
    )


def files(manifest: Manifest | None) -> dict[str, File]:
    assert manifest is not None
    return {file.path: file for file in manifest.files}


def test_contents_are_kept_up_to_a_size(seen: Observation, objects: Objects) -> None:
    made = assemble(seen, no_host_facts(), objects, keep=KEEP)
    source = files(made.recipe.source.files.value)
    inputs = files(made.recipe.inputs.value)
    outputs = files(made.outcome.outputs.value)
    assert source["run.py"].kept
    assert objects.read(inputs["in.txt"].digest or "") == b"in"
    assert objects.read(inputs["state.txt"].digest or "") == b"before"
    assert objects.read(outputs["state.txt"].digest or "") == b"after!"
    assert not outputs["big.bin"].kept
    assert outputs["big.bin"].digest == sha256("x" * 2000)
    assert made.outcome.stdout.value is not None
    assert objects.read(made.outcome.stdout.value.digest) == b"hello\n"
    assert [(m.name, m.value, m.file) for m in made.outcome.metrics.value or ()] == [
        ("/a/b", 0.5, "metrics.json")
    ]


def test_the_document_reads_back_the_same(seen: Observation, objects: Objects) -> None:
    made = assemble(seen, no_host_facts(), objects, keep=KEEP)
    again = decode(canonical(made), Fingerprint, what="it")
    assert identity(again) == identity(made)


def test_what_changed_since_is_not_kept(
    seen: Observation, objects: Objects, project: Project
) -> None:
    (project.root / "in.txt").write_text("later")
    made = assemble(seen, no_host_facts(), objects, keep=KEEP)
    file = files(made.recipe.inputs.value)["in.txt"]
    assert (file.digest, file.kept, file.digest_at_end) == (sha256("in"), False, sha256("later"))
    assert file.reason == "changed before it could be kept"


def test_what_is_gone_since_is_not_kept(
    seen: Observation, objects: Objects, project: Project
) -> None:
    (project.root / "in.txt").unlink()
    made = assemble(seen, no_host_facts(), objects, keep=KEEP)
    file = files(made.recipe.inputs.value)["in.txt"]
    assert not file.kept
    assert "could not be kept" in file.reason


def test_a_replay_s_files_lie_elsewhere(
    seen: Observation, objects: Objects, project: Project, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(project.root, tree)
    shutil.rmtree(project.root)
    outside = File(path="/data/x", digest=sha256("x"), size=1)
    unhashed = File(path="/data/y", digest=None, size=None)
    stored = File(path="/data/z", digest=objects.put_bytes(b"z"), size=1)
    inputs = recorded((outside, unhashed, stored), "test")
    replay = msgspec.structs.replace(seen, inputs=inputs, metric_files=("/data/m.json",))
    made = assemble(replay, no_host_facts(), objects, keep=KEEP, files_at=tree)
    assert files(made.outcome.outputs.value)["state.txt"].kept
    found = files(made.recipe.inputs.value)
    assert (found["/data/x"].kept, found["/data/x"].reason) == (False, "")
    assert "outside the tree" in found["/data/y"].reason
    assert found["/data/z"].kept
    assert "outside the tree" in made.outcome.metrics.reason


def test_files_that_nobody_hashed_are_hashed_now(
    seen: Observation, objects: Objects, project: Project
) -> None:
    project.write("tool.sh", "true").chmod(0o755)
    named = declared(
        tuple(
            File(path=name, digest=None, size=None, seen="declared")
            for name in ("tool.sh", "big.bin", "absent")
        ),
        "--output",
    )
    imported = msgspec.structs.replace(seen, outputs=named, contents="")
    made = assemble(imported, no_host_facts(), objects, keep=KEEP)
    found = files(made.outcome.outputs.value)
    assert made.outcome.outputs.how == "declared"
    assert (found["tool.sh"].kept, found["tool.sh"].executable) == (True, True)
    assert (found["big.bin"].kept, found["big.bin"].size) == (False, 2000)
    assert found["big.bin"].digest == sha256("x" * 2000)
    assert "could not be kept" in found["absent"].reason


def test_unknown_facts_stay_unknown(seen: Observation, objects: Objects) -> None:
    hidden = msgspec.structs.replace(
        seen,
        inputs=unknown("no"),
        outputs=unknown("no"),
        stdout=unknown("no"),
        stderr=recorded("/absent", "pipe"),
        source=recorded((File(path="a.py", digest=None, size=None, reason="gone"),), "x"),
    )
    made = assemble(hidden, no_host_facts(), objects, keep=KEEP)
    assert made.recipe.inputs.how == made.outcome.outputs.how == "unknown"
    assert made.outcome.stdout.reason == "no"
    assert "cannot be read" in made.outcome.stderr.reason
    assert files(made.recipe.source.files.value)["a.py"].reason == "gone"
    assert made.outcome.metrics.value == ()
    assert made.outcome.metrics.reason == "no metrics file was written"


def test_tracked_metrics_come_first(seen: Observation, objects: Objects) -> None:
    tracked = recorded((Metric(name="auc", value=0.9),), "mlflow")
    made = assemble(
        msgspec.structs.replace(seen, metrics=tracked), no_host_facts(), objects, keep=KEEP
    )
    assert [metric.name for metric in made.outcome.metrics.value or ()] == ["auc", "/a/b"]
    assert made.outcome.metrics.source == "mlflow, metrics.json"


def test_a_store_that_cannot_be_written_is_an_error(seen: Observation, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("")
    with pytest.raises(MachineError):
        assemble(seen, no_host_facts(), Objects(tmp_path / "full"), keep=KEEP)


def test_many_files_are_a_list_of_their_own(
    seen: Observation, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = assemble(seen, no_host_facts(), objects, keep=KEEP)
    monkeypatch.setattr("auditor.store.lists.MOST_INLINE", 2)
    made = assemble(seen, no_host_facts(), objects, keep=KEEP)
    outputs = made.outcome.outputs.value
    assert outputs is not None
    assert isinstance(outputs.files, FileList)
    assert (outputs.count, outputs.shown) == (3, tuple(files_in(outputs, objects)))
    assert with_files(made, objects).outcome == whole.outcome
    assert made.outcome.metrics == whole.outcome.metrics
