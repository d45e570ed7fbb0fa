"""Podman is used, installed, or asked for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

Programs = Callable[[str, str], None]
Shell = Callable[[str], subprocess.CompletedProcess[str]]
Calls = Callable[[], list[str]]

PACKAGES = "podman catatonit runc"


def test_a_podman_that_is_there_is_left_alone(
    shell: Shell, programs: Programs, calls: Calls
) -> None:
    for name in ("podman", "catatonit", "apt-get"):
        programs(name, "true")
    assert shell("ensure_podman").returncode == 0
    assert calls() == []


def test_one_without_its_init_is_completed(shell: Shell, programs: Programs, calls: Calls) -> None:
    programs("podman", "true")
    programs("apt-get", "true")
    result = shell("podman_has_init() { false; }\ncan_install() { true; }\nensure_podman")
    assert result.returncode == 0, result.stderr
    assert any(call.endswith(f"--no-install-recommends {PACKAGES}") for call in calls())


def test_without_the_right_to_install_it_says_what_to_do(shell: Shell) -> None:
    result = shell("podman_has_init() { false; }\ncan_install() { false; }\nensure_podman")
    assert result.returncode == 2
    assert PACKAGES in result.stderr
