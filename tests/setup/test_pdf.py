"""The libraries for PDF reports are used, installed, or asked for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

Programs = Callable[[str, str], None]
Shell = Callable[[str], subprocess.CompletedProcess[str]]
Calls = Callable[[], list[str]]

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def test_libraries_that_load_are_left_alone(shell: Shell, programs: Programs, calls: Calls) -> None:
    programs("python", "exit 0")
    programs("apt-get", "true")
    assert shell("ensure_pdf python").returncode == 0
    assert calls() == ["python -"]


def test_missing_libraries_are_installed(shell: Shell, programs: Programs, calls: Calls) -> None:
    programs("python", "[ -e installed ]")
    programs("apt-get", 'case "$*" in *install*) touch installed;; esac')
    result = shell("can_install() { true; }\nensure_pdf python")
    assert result.returncode == 0, result.stderr
    assert any(call.endswith(f"--no-install-recommends {PACKAGES}") for call in calls())


def test_without_the_right_to_install_it_says_what_to_do(shell: Shell, programs: Programs) -> None:
    programs("python", "exit 1")
    result = shell("can_install() { false; }\nensure_pdf python")
    assert result.returncode == 2
    assert PACKAGES in result.stderr


def test_a_failed_installation_stops(shell: Shell, programs: Programs) -> None:
    programs("python", "exit 1")
    programs("apt-get", 'case "$*" in *install*) echo no such package; exit 100;; esac')
    result = shell("can_install() { true; }\nensure_pdf python")
    assert result.returncode == 2
    assert "no such package" in result.stderr
