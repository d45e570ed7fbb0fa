"""Programs that only tests need are installed where that is allowed, and never as services."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Programs = Callable[[str, str], None]
Shell = Callable[[str], subprocess.CompletedProcess[str]]
Calls = Callable[[], list[str]]

MISSING = """
command() { [ -e there ] || return 1; }
can_install() { %s; }
"""


@pytest.mark.parametrize("part", ["registry", "locales", "compiler"])
def test_what_is_there_is_left_alone(
    shell: Shell, programs: Programs, calls: Calls, part: str
) -> None:
    programs("docker-registry", "true")
    programs("apt-get", "true")
    assert shell(f"ensure_{part}").returncode == 0
    assert calls() == []


@pytest.mark.parametrize("part", ["registry", "locales", "compiler"])
def test_without_the_right_to_install_it_says_what_to_do(
    shell: Shell, programs: Programs, part: str
) -> None:
    programs("gcc", "exit 1")
    result = shell(f"{MISSING % 'false'}\nensure_{part}")
    assert result.returncode == 2
    assert "sudo apt-get install --no-install-recommends" in result.stderr


def test_a_registry_is_installed_and_not_started(
    shell: Shell, programs: Programs, calls: Calls, tmp_path: Path
) -> None:
    # As systemd masks a unit: its file is a link to nothing, and there before the package.
    unit = tmp_path / "units/docker-registry.service"
    programs("apt-get", f'echo "runlevel $RUNLEVEL $(readlink {unit})" >>calls')
    programs("update-rc.d", "true")
    result = shell(f"{MISSING % 'true'}\nensure_registry")
    assert result.returncode == 0, result.stderr
    *_before, install, state, disable = calls()
    assert install.endswith("install -y --no-install-recommends docker-registry")
    assert state == "runlevel 1 /dev/null"
    assert disable == "update-rc.d docker-registry disable"


def test_locales_are_installed(shell: Shell, programs: Programs, calls: Calls) -> None:
    programs("apt-get", "true")
    assert shell(f"{MISSING % 'true'}\nensure_locales").returncode == 0
    assert calls()[-1].endswith("install -y --no-install-recommends locales")


def test_a_compiler_is_installed(shell: Shell, programs: Programs, calls: Calls) -> None:
    programs("apt-get", "true")
    programs("gcc", "exit 1")
    assert shell(f"{MISSING % 'true'}\nensure_compiler").returncode == 0
    assert calls()[-1].endswith("install -y --no-install-recommends gcc libc6-dev")
