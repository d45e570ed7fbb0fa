"""The real program in processes of its own, on the samples, with an environment of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
LABEL = "org.auditor.owner"

Run = Callable[..., subprocess.CompletedProcess[str]]
Document = dict[str, Any]


class Project:
    """A folder of its own with a project in it, and auditor started there.

    ``environment`` is what a user's shell has after activating the project's environment.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.started: list[subprocess.Popen[str]] = []

    def auditor(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run ``auditor`` to its end."""
        settings = {"timeout": 400, **self.settings(**options)}
        command = [sys.executable, "-m", "auditor", *arguments]
        return subprocess.run(command, check=False, **settings)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start ``auditor`` in a session of its own, as a terminal would."""
        command = [sys.executable, "-m", "auditor", *arguments]
        process = subprocess.Popen(command, start_new_session=True, **self.settings(**options))
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what a failed test has left running."""
        for process in self.started:
            with process:
                process.kill()

    def settings(self, **options: Any) -> Document:
        environment = {**self.environment, **options.pop("env", {})}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return {"cwd": self.folder, "env": environment, **streams, **options}

    def json(self, *arguments: str, status: int = 0) -> Any:
        """Run ``auditor`` with ``--json`` and return the one document on its stdout."""
        command, *rest = arguments
        result = self.auditor(command, "--json", *rest)
        assert result.returncode == status, result.stderr + result.stdout[-2000:]
        return json.loads(result.stdout)

    def fingerprint(self, ref: str = "latest") -> Document:
        """Return the document of a fingerprint."""
        document: Document = self.json("show", ref)
        return document


@pytest.fixture(scope="session")
def samples_environment() -> Path:
    """The folder of programs of the samples' environment, which set-up makes once."""
    subprocess.run([ROOT / "scripts/setup.sh", "samples"], check=True, timeout=600)
    return ROOT / ".venv-samples" / "bin"


@pytest.fixture(scope="session")
def programs(samples_environment: Path) -> dict[str, Path]:
    """The folders of programs of the environments that set-up makes for the samples, by name."""
    subprocess.run([ROOT / "scripts/setup.sh", "drifted"], check=True, timeout=600)
    return {"samples": samples_environment, "drifted": ROOT / ".venv-drifted" / "bin"}


@pytest.fixture(scope="session")
def environment(samples_environment: Path) -> dict[str, str]:
    """A user's variables, without what the test run itself has set."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COV", "PYTEST", "PYTHON"))
    }
    kept["PATH"] = f"{samples_environment}:{kept['PATH']}"
    return kept | _measured()


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[[str], Project]]:
    """Copy a sample to a folder of its own."""
    copies = []

    def copy(sample: str) -> Project:
        copies.append(_copy(sample, tmp_path / "project", environment))
        return copies[-1]

    yield copy
    for made in copies:
        made.end()


@pytest.fixture
def empty(tmp_path: Path, environment: dict[str, str]) -> Iterator[Project]:
    """Return a project folder with nothing in it."""
    (tmp_path / "empty").mkdir()
    made = Project(tmp_path / "empty", environment)
    yield made
    made.end()


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Project:
    """The sample ``digits`` after the main job: a run, two replays, reports in three formats."""
    digits = _copy("digits", tmp_path_factory.mktemp("audited") / "digits", environment)
    assert digits.auditor("run", "--", "python", "train.py").returncode == 0
    reports = ("--report", "report.html", "--report", "report.pdf", "--report", "audit.json")
    result = digits.auditor("replay", "latest", *reports)
    assert result.returncode == 0, result.stdout + result.stderr
    return digits


def _copy(sample: str, target: Path, environment: dict[str, str]) -> Project:
    shutil.copytree(
        SAMPLES / sample, target, ignore=shutil.ignore_patterns("README.md", "expected.toml")
    )
    return Project(target, environment)


def _measured() -> dict[str, str]:
    # Where this test run is measured, so is the program in its own processes.
    if coverage.Coverage.current() is None:
        return {}
    return {
        "COVERAGE_PROCESS_START": str(ROOT / "tests/e2e/coverage.toml"),
        "COVERAGE_FILE": str(ROOT / ".coverage"),
        "AUDITOR_ROOT": str(ROOT),
    }


def expectations() -> list[tuple[str, Document]]:
    """Return every sample with what its folder says of it."""
    found = sorted(SAMPLES.glob("*/expected.toml"))
    return [(path.parent.name, tomllib.loads(path.read_text())) for path in found]
