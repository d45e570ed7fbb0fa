"""The built wheel works in an environment of its own, as pipx installs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into a fresh environment, and return its program."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip"]
    build = ["wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run([*pip, *build], check=True, timeout=300)
    (wheel,) = folder.glob("auditor-*.whl")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True, timeout=120)
    install = ["--python", folder / "env/bin/python", "install", "--quiet", wheel]
    subprocess.run([*pip, *install], check=True, timeout=300)
    return folder / "env" / "bin" / "auditor"


def test_it_says_its_version(installed: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [installed, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert result.stdout.startswith("auditor, version ")


def test_it_observes_a_project_of_another_environment(installed: Path, empty: Project) -> None:
    (empty.folder / "hello.py").write_text("import numpy, sys\nprint(sys.prefix)\n")
    result = subprocess.run(
        [installed, "run", "--", "python", "hello.py"], check=True, **empty.settings(timeout=120)
    )
    assert result.stdout.strip().endswith(".venv-samples")
    names = {d["name"] for d in empty.fingerprint()["recipe"]["dependencies"]["value"]}
    assert "scikit-learn" in names
    assert "weasyprint" not in names


@pytest.mark.docker
@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_it_finds_its_templates(
    installed: Path, audited: Project, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"report{suffix}"
    subprocess.run(
        [installed, "report", audited.folder / "audit.json", "-o", target], check=True, cwd=tmp_path
    )
    assert target.read_bytes() == (audited.folder / f"report{suffix}").read_bytes()
