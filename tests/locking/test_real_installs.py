"""What pip itself leaves of editable installs and repositories, and what becomes of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditor.locking import lock, place
from tests.locking.local import (
    HERE,
    captured,
    environment,
    install,
    make_environment,
)

pytestmark = pytest.mark.slow

PYPROJECT = """\
[build-system]
requires = ["{requires}"]
build-backend = "{backend}"
[project]
name = "{name}"
version = "0.3"
description = "A thing"
[project.scripts]
{name} = "{name}:main"
"""
FLIT = ("flit_core>=3.12", "flit_core.buildapi")
SETUPTOOLS = ("setuptools>=77", "setuptools.build_meta")


def project(folder: Path, name: str, requires: str, backend: str) -> Path:
    folder.mkdir()
    text = PYPROJECT.format(name=name, requires=requires, backend=backend)
    (folder / "pyproject.toml").write_text(text)
    (folder / f"{name}.py").write_text(f"def main(): print('{name}')\n")
    git = ("git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    return folder


def test_editable_installs_and_repositories_are_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_environment(tmp_path / "venv")
    editable = project(tmp_path / "editable", "mine", *FLIT)
    finder = project(tmp_path / "finder", "found", *SETUPTOOLS)
    repository = project(tmp_path / "repository", "theirs", *FLIT)
    folder = project(tmp_path / "folder", "copied", *FLIT)
    install(tmp_path / "venv", "-e", editable, "-e", finder, f"git+{repository.as_uri()}", folder)
    dependencies = captured(tmp_path / "venv", tmp_path)
    origins = {one.name: one.origin for one in dependencies}
    for name in ("mine", "found", "theirs"):
        origin = origins[name]
        assert origin is not None
        assert origin.commit is not None
        assert len(origin.commit) == 40
        assert (origin.tree is None) == (name == "theirs")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    there = environment(tmp_path / "venv", site)
    made = lock(dependencies, HERE, tmp_path / "cache", lambda _: None, there)
    assert made.unlocked == ()
    assert [wheel.name for wheel in made.wheels] == ["copied", "found", "mine", "theirs"]
    make_environment(tmp_path / "again")
    (tmp_path / "requirements.txt").write_text(made.requirements)
    links = [f"--find-links={place(tmp_path / 'cache', wheel).parent}" for wheel in made.wheels]
    install(tmp_path / "again", *links, "--require-hashes", "-r", tmp_path / "requirements.txt")
    again = captured(tmp_path / "again", tmp_path)
    assert [(one.name, one.digest, one.origin) for one in again] == [
        (one.name, one.digest, one.origin) for one in dependencies
    ]
    for name in ("mine", "found", "theirs", "copied"):
        said = subprocess.run(
            [tmp_path / "again" / "bin" / name], capture_output=True, text=True, check=True
        )
        assert said.stdout == f"{name}\n"
