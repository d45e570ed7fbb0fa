"""``make test-real``: real programs, replayed from their bundles where nothing of them is left.

What they need comes from the package index, once, into the folder ``AUDITOR_REAL`` names
(``.venv-real`` of this checkout if it is not set). Nothing is skipped: what cannot be had fails.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Project

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("AUDITOR_REAL") or ROOT / ".venv-real")
TABLE = tomllib.loads((HERE / "recipes.toml").read_text())
GALLERY = "scikit-learn==1.7.2"
_PATIENCE = 1500  # seconds: a first replay downloads what the run stands on


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE["recipes"])
def test_recipe(name: str, tmp_path: Path) -> None:
    recipe = TABLE["recipes"][name]
    environment = made_environment(recipe["environment"])
    project = Project(tmp_path / "project", user(environment))
    command = lay_out(recipe, project)
    result = project.auditor("run", "--name", name, "--", *command, timeout=_PATIENCE)
    assert result.returncode == 0, result.stdout + result.stderr
    bundle = tmp_path / f"{name}.zip"
    assert project.auditor("pack", name, "-o", str(bundle)).returncode == 0
    shutil.rmtree(project.folder)

    elsewhere = Project(tmp_path / "elsewhere", user(None))
    elsewhere.folder.mkdir()
    with gone(environment):
        ref = str(bundle)
        if "example" not in recipe:  # both ways
            ref = elsewhere.json("unpack", ref)["id"]
        replayed = elsewhere.auditor("replay", ref, "--json", timeout=_PATIENCE)
    assert replayed.stdout, replayed.stderr
    audit = json.loads(replayed.stdout)
    assert audit["verdict"] == recipe["verdict"], said(audit) + replayed.stderr
    causes = [cause["factor"] for cause in audit["causes"]]
    if "cause" in recipe:
        assert causes[0] == recipe["cause"], causes
        assert replayed.returncode == 1
    else:
        assert replayed.returncode == 0
    outputs = [item for item in audit["items"] if item["kind"] == "file"]
    assert outputs, "a run that leaves nothing shows nothing"


def said(audit: dict[str, Any]) -> str:
    """Return what an audit found, for a person who has to find out why."""
    attempts = [one["reason"] for one in audit["attempts"] if one["reason"]]
    items = [
        f"{item['kind']} {item['name']}: {item['verdict']}: {item['note']}"
        for item in audit["items"]
        if item["verdict"] != "identical"
    ]
    causes = [f"{cause['factor']}: {cause['evidence']}" for cause in audit["causes"]]
    return "\n".join([audit["verdict"], *attempts, *items, *causes, ""])


def lay_out(recipe: dict[str, Any], project: Project) -> list[str]:
    """Make the project's folder and return the command that is recorded."""
    project.folder.mkdir()
    if "example" in recipe:
        example = gallery() / recipe["example"]
        for file in (example, HERE / "sklearn" / "keep.py"):
            shutil.copy(file, project.folder)
        return ["python", "keep.py", example.name]
    for file in recipe["files"]:
        shutil.copy(HERE / file, project.folder)
    if "prepare" in recipe:
        subprocess.run(
            recipe["prepare"], cwd=project.folder, env=project.environment, check=True, timeout=300
        )
    command: list[str] = recipe["run"]
    return command


def user(environment: Path | None) -> dict[str, str]:
    """Return a user's variables, after activating the environment if there is one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COV", "PYTEST", "PYTHON", "VIRTUAL_ENV"))
    }
    if environment is not None:
        kept["PATH"] = f"{environment / 'bin'}:{kept['PATH']}"
    return kept


def made_environment(name: str) -> Path:
    """Return an environment with the pinned distributions, made once."""
    table = TABLE["environments"][name]
    key = hashlib.sha256(repr((table, sys.version)).encode()).hexdigest()[:12]
    place = FOLDER / f"{name}-{key}"
    with locked(place):
        if (hidden := place.with_suffix(".gone")).exists():  # a test was killed
            hidden.rename(place)
        ready = place / "ready"
        if not ready.exists():
            shutil.rmtree(place, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            if table["requirements"]:
                extra = ["--extra-index-url", table["index"]] if reachable(table) else []
                install([place / "bin" / "pip", "install", "-q", *extra, *table["requirements"]])
            ready.touch()
    return place


def reachable(table: dict[str, Any]) -> bool:
    """Say whether the environment has an index of its own that answers."""
    if "index" not in table:
        return False
    asked = [sys.executable, "-m", "pip", "index", "versions", "torch", "--index-url"]
    command = [*asked, table["index"], "--retries", "0", "--timeout", "5"]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0


def gallery() -> Path:
    """Return the folder of scikit-learn's examples, from its source distribution."""
    place = FOLDER / "gallery"
    with locked(place):
        if not place.exists():
            loading = FOLDER / "gallery.partial"
            shutil.rmtree(loading, ignore_errors=True)
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
            install([*pip, "--no-binary", "scikit-learn", "-d", loading, GALLERY])
            (archive,) = loading.glob("*.tar.gz")
            with tarfile.open(archive) as opened:
                opened.extractall(loading, filter="data")
            (examples,) = loading.glob("*/examples")
            examples.rename(place)
            shutil.rmtree(loading)
    return place


def install(command: list[Any]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_PATIENCE)
    assert done.returncode == 0, done.stderr


@contextmanager
def gone(environment: Path) -> Iterator[None]:
    """Take the environment away: nothing of it may be needed."""
    with locked(environment):
        hidden = environment.with_suffix(".gone")
        environment.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(environment)


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Let one test at a time change ``place``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
