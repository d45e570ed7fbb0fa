"""Replays on every kind of engine, and on one that fails."""

from __future__ import annotations

import json
import venv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.replay.engines import fake
from tests.replay.engines.daemons import podman_service, remote_docker
from tests.replay.engines.fake import FakeEngine, Fault, refusing

pytestmark = pytest.mark.slow

TRAIN = """
import json, pathlib
rows = [int(line) for line in open("data.csv")]
HOG = False
hog = bytearray(300_000_000) if HOG else b""
pathlib.Path("out").mkdir(exist_ok=True)
json.dump({"mean": sum(rows) / len(rows)}, open("out/metrics.json", "w"))
print(len(rows), "rows")
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Return a run of a Python that has nothing installed, so that its image is quickly made."""
    folder, environment = tmp_path / "project", tmp_path / "venv"
    folder.mkdir()
    venv.create(environment, symlinks=True)
    (folder / "train.py").write_text(TRAIN)
    (folder / "data.csv").write_text("1\n2\n4\n")
    made = Project(folder, {"PATH": f"{environment}/bin:/usr/bin:/bin", "HOME": str(tmp_path)})
    result = made.auditor("run", "--", "python", "train.py")
    assert result.returncode == 0, result.stderr
    yield made
    made.end()


@pytest.fixture(scope="module", params=["podman", "remote"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return where an engine of the tests' own listens."""
    with ExitStack() as stack:
        start = {"podman": podman_service, "remote": remote_docker}[request.param]
        yield stack.enter_context(start())


@pytest.mark.docker
def test_a_run_replays_there(project: Project, address: str) -> None:
    there = {"env": {"DOCKER_HOST": address}}
    result = project.auditor("replay", "latest", "--times", "2", **there)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "identical" in result.stdout


@pytest.mark.docker
def test_too_little_memory_is_the_reason_there(project: Project, address: str) -> None:
    (project.folder / "data.csv").write_text("1\n")
    (project.folder / "train.py").write_text(TRAIN.replace("HOG = False", "HOG = True"))
    assert project.auditor("run", "--", "python", "train.py").returncode == 0
    there = {"env": {"DOCKER_HOST": address}}
    result = project.auditor("replay", "latest", "--times", "1", "--memory", "150000000", **there)
    assert result.returncode == 3, result.stdout + result.stderr
    assert "memory" in result.stdout


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeEngine]:
    with fake.fake_engine(tmp_path) as engine:
        yield engine


@pytest.mark.parametrize(
    ("at", "fault", "reason"),
    [
        ("GET /version", fake.garbage, "no container engine answers"),
        ("POST /images/create", refusing(500, "no space left on device"), "disk is full"),
        ("POST /build", fake.broken_off({"stream": "Step 1"}), "went away while building"),
        ("POST /containers/create?name", refusing(409, "Conflict"), "could not start the replay"),
        ("POST /containers/create?name", refusing(404, "No such image"), "gone from the engine"),
        ("POST /containers/auditor-", fake.gone, "went away while starting"),
    ],
)
def test_an_engine_that_fails_is_no_replay_and_the_reason_is_in_the_audit(
    project: Project, daemon: FakeEngine, at: str, fault: Fault, reason: str
) -> None:
    daemon.faults[at] = fault
    there = {"DOCKER_HOST": daemon.address}
    result = project.auditor("replay", "--json", "--base", "host", "latest", env=there)
    assert result.returncode == 3, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert reason in result.stderr
    audit = json.loads(result.stdout)
    assert audit["verdict"] == "not-replayed"
    assert reason in audit["attempts"][0]["reason"]
    assert not daemon.volumes or fault is fake.gone
