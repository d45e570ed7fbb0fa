"""Set-up scripts run with programs of our own in front of the system's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Shell = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def programs(tmp_path: Path) -> Callable[[str, str], None]:
    """Put a shell script of this name in front of PATH; what is called goes to ``calls``."""
    (tmp_path / "bin").mkdir()

    def add(name: str, body: str) -> None:
        script = tmp_path / "bin" / name
        log = f'echo "{name} $*" >>{tmp_path}/calls\n'
        script.write_text(f"#!/bin/sh\n{log}{body}\n")
        script.chmod(0o755)

    return add


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Run lines of bash after the functions of set-up were read, as set-up runs them."""

    def run(lines: str) -> subprocess.CompletedProcess[str]:
        parts = "".join(
            f". {ROOT}/scripts/{part}.sh\n"
            for part in (
                "say",
                "apt",
                "venv",
                "pdf",
                "engine",
                "podman",
                "registry",
                "locales",
                "compiler",
            )
        )
        environment = {
            **os.environ,
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
            "AUDITOR_ENGINE_LOG": str(tmp_path / "dockerd.log"),
            "AUDITOR_ENGINE_RUN": str(tmp_path / "run"),
            "AUDITOR_ENGINE_PATIENCE": "5",
            "AUDITOR_SYSTEMD_UNITS": str(tmp_path / "units"),
        }
        environment.pop("DOCKER_HOST", None)
        return subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{parts}{lines}"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """Return the calls of the programs so far."""

    def read() -> list[str]:
        log = tmp_path / "calls"
        return log.read_text().splitlines() if log.exists() else []

    return read
