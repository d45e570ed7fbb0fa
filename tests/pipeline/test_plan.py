"""A plan is made without making anything else; its folder holds all that Docker needs."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InputError
from auditor.model.canonical import decode
from auditor.model.plan import Plan
from auditor.pipeline.plan import Planned, plan_ref
from auditor.pipeline.refs import find_original
from auditor.pipeline.replay.request import ReplayRequest
from auditor.pipeline.sequence import Times
from auditor.replay import Options
from auditor.replay.base import host as base_host
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.images import DockerImages
from auditor.store import Store

SCRIPT = "import sys; print(open('in.txt').read(), file=open('out.txt', 'w'))\n"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one run of the bare Python that the tests' environment is made from."""
    folder = tmp_path_factory.mktemp("planned")
    (folder / ".auditor").mkdir()
    (folder / "train.py").write_text(SCRIPT)
    (folder / "in.txt").write_text("ünï")
    bare = folder.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    command = [sys.executable, "-m", "auditor", "run", "--", bare / "bin/python", "train.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What an engine was asked to do, save to say what it has."""
    calls: list[str] = []
    for kind, names in ((DockerImages, ("pull", "load", "build")), (Docker, ("run", "clean"))):
        for name in names:
            monkeypatch.setattr(kind, name, lambda *_, name=name, **__: calls.append(name))
    return calls


def planned(project: Path, **options: Any) -> Planned:
    request = ReplayRequest(refs=("latest",), times=Times(), options=Options(**options))
    return plan_ref("latest", request, project, lambda _: None)


@pytest.mark.docker
def test_a_plan_makes_nothing(
    recorded: Path, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(base_host, "_FORMAT", uuid.uuid4().hex)  # a base that is not there
    made = planned(recorded, base="host")
    assert not asked
    assert made.first == ("make the base from this machine",)
    assert made.plan.dockerfile.splitlines()[6] == f"FROM {made.plan.base.reference}"
    assert "--read-only" in made.plan.flags
    assert not (tmp_path / "cache" / "wheels").exists()


@pytest.mark.docker
def test_an_image_that_is_not_here_is_named_and_not_fetched(
    recorded: Path, asked: list[str]
) -> None:
    made = planned(recorded, image="localhost:1/nobody/python:3.11")
    assert not asked
    assert made.first[0] == "pull the base"
    assert "python3 -I -B -m venv" in made.plan.dockerfile
    assert any("not here" in row.reason for row in made.plan.unhonoured)


@pytest.mark.docker
@pytest.mark.slow
def test_the_folder_is_whole(recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "by hand with 'marks'"
    request = ReplayRequest(refs=("latest",), times=Times(), options=Options(base="host"))
    made = plan_ref("latest", request, recorded, lambda _: None, folder)
    there = {path.name for path in folder.iterdir()}
    assert {"Dockerfile", "requirements.txt", "wheels", "pip.zip", "tree", "base.tar"} <= there
    assert {"plan.json", "run.sh", "README", "outputs.sha256", ".dockerignore"} <= there
    assert not there & {"recorder", "observation"}
    assert (folder / "tree" / "in.txt").read_text() == "ünï"
    written = decode((folder / "plan.json").read_bytes(), Plan, what="the plan")
    assert written == made.plan
    assert (folder / "Dockerfile").read_text() == made.plan.dockerfile
    tag = f"planned-{uuid.uuid4().hex[:8]}"
    script = (folder / "run.sh").read_text()
    (folder / "run.sh").write_text(script.replace("audited-run", tag))
    try:
        subprocess.run(["sh", folder / "run.sh"], check=True, capture_output=True, cwd="/")
        check = ["sha256sum", "--check", folder / "outputs.sha256"]
        done = subprocess.run(
            check, cwd=folder / "tree", check=True, capture_output=True, text=True
        )
        assert done.stdout == "out.txt: OK\n"
    finally:
        subprocess.run(["docker", "rmi", tag], check=False, capture_output=True)
    with pytest.raises(InputError, match="not an empty folder"):
        plan_ref("latest", request, recorded, lambda _: None, folder)


@pytest.mark.docker
def test_a_lock_made_for_a_plan_is_kept(recorded: Path) -> None:
    made = planned(recorded, base="host")
    store = Store(recorded)
    assert store.lock(find_original("latest", store).id) == made.plan.lock
