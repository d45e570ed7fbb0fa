"""A container engine is used where one answers, else installed, started, or asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

Programs = Callable[[str, str], None]
Shell = Callable[[str], subprocess.CompletedProcess[str]]
Calls = Callable[[], list[str]]

# An engine "answers" when this file is there; a Debian root user without systemd.
MACHINE = """
engine_answers() { [ -e answers ]; }
has_systemd() { false; }
can_install() { true; }
is_debian() { true; }
"""
DAEMON = "touch answers; exec sleep 0.3"


@pytest.fixture
def installed(programs: Programs) -> None:
    """Docker's package can be had and its daemon starts."""
    programs("apt-get", "true")
    programs("dockerd", DAEMON)
    programs("id", "echo 0")


@pytest.fixture
def pid_of_another_program() -> Iterator[int]:
    """A running process that is no daemon, as a recycled process id gives."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


def test_an_engine_that_answers_is_left_alone(shell: Shell, calls: Calls, tmp_path: Path) -> None:
    (tmp_path / "answers").touch()
    assert shell(MACHINE + "ensure_engine python").returncode == 0
    assert calls() == []


@pytest.mark.usefixtures("installed")
def test_the_daemon_is_started_and_said_so(shell: Shell, calls: Calls) -> None:
    result = shell(MACHINE + "ensure_engine python")
    assert result.returncode == 0, result.stderr
    assert "starting dockerd" in result.stderr
    assert "dockerd " in calls()


def test_a_missing_package_is_installed_with_fresh_lists(
    shell: Shell, calls: Calls, programs: Programs, tmp_path: Path
) -> None:
    programs("dockerd.package", DAEMON)
    move = f"mv {tmp_path}/bin/dockerd.package {tmp_path}/bin/dockerd"
    programs("apt-get", f'case "$*" in *install*) {move};; esac')
    hidden = 'command() { [ "$2" != dockerd ] || [ -e bin/dockerd ]; }\n'
    result = shell(MACHINE + hidden + "ensure_engine python")
    assert result.returncode == 0, result.stderr
    updates = [call for call in calls() if call.endswith(" update")]
    installs = [call for call in calls() if " install " in call]
    assert len(updates) == 1
    assert installs[0].endswith("install -y --no-install-recommends docker.io iptables")


def test_without_the_right_to_install_it_says_what_to_do(shell: Shell, calls: Calls) -> None:
    result = shell(MACHINE + "can_install() { false; }\nid() { echo 1000; }\nensure_engine python")
    assert result.returncode == 2
    assert "apt-get install --no-install-recommends docker.io iptables" in result.stderr
    assert calls() == []


def test_a_docker_host_that_does_not_answer_is_named(shell: Shell) -> None:
    result = shell(MACHINE + "DOCKER_HOST=tcp://127.0.0.1:1\nensure_engine python")
    assert result.returncode == 2
    assert "tcp://127.0.0.1:1" in result.stderr


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("place", ["docker.pid", "docker/containerd/containerd.pid"])
def test_a_pid_file_of_a_killed_daemon_is_removed(
    shell: Shell, tmp_path: Path, place: str, pid_of_another_program: int
) -> None:
    file = tmp_path / "run" / place
    file.parent.mkdir(parents=True)
    file.write_text(str(pid_of_another_program))
    result = shell(MACHINE + "ensure_engine python")
    assert result.returncode == 0, result.stderr
    assert not file.exists()
    assert f"removing {file}" in result.stderr


@pytest.mark.usefixtures("installed")
def test_a_dead_daemon_that_nobody_reaps_is_not_running(
    shell: Shell, programs: Programs, tmp_path: Path
) -> None:
    programs("dockerd", "[ -e second ] || exit 0; touch answers; exec sleep 0.3")
    file = tmp_path / "run" / "docker.pid"
    file.parent.mkdir()
    with subprocess.Popen([tmp_path / "bin" / "dockerd"]) as daemon:
        os.waitid(os.P_PID, daemon.pid, os.WEXITED | os.WNOWAIT)
        file.write_text(str(daemon.pid))
        (tmp_path / "second").touch()
        result = shell(MACHINE + "ensure_engine python")
    assert result.returncode == 0, result.stderr
    assert f"removing {file}" in result.stderr


def test_the_pid_file_of_a_running_daemon_stays(
    shell: Shell, programs: Programs, tmp_path: Path
) -> None:
    programs("dockerd", "sleep 30")
    with subprocess.Popen([tmp_path / "bin" / "dockerd"]) as daemon:
        file = tmp_path / "run" / "docker.pid"
        file.parent.mkdir()
        file.write_text(str(daemon.pid))
        result = shell(MACHINE + "(sleep 1; touch answers) &\nensure_engine python")
        daemon.kill()
    assert result.returncode == 0, result.stderr
    assert "starting already" in result.stderr
    assert file.exists()


def test_where_overlay2_fails_vfs_is_tried_and_said_so(
    shell: Shell, programs: Programs, calls: Calls
) -> None:
    programs("id", "echo 0")
    programs(
        "dockerd",
        f'case "$*" in *vfs*) {DAEMON};; esac; echo "error initializing graphdriver"; exit 1',
    )
    result = shell(MACHINE + "ensure_engine python")
    assert result.returncode == 0, result.stderr
    assert "--storage-driver vfs" in result.stderr
    assert [call for call in calls() if call.startswith("dockerd")] == [
        "dockerd ",
        "dockerd --storage-driver vfs",
    ]


def test_a_daemon_that_does_not_start_shows_the_end_of_its_log(
    shell: Shell, programs: Programs, tmp_path: Path
) -> None:
    programs("id", "echo 0")
    programs("dockerd", "echo no iptables here; exit 1")
    result = shell(MACHINE + "ensure_engine python")
    assert result.returncode == 2
    assert "no iptables here" in result.stderr
    assert str(tmp_path / "dockerd.log") in result.stderr


@pytest.mark.usefixtures("installed")
def test_the_daemon_does_not_inherit_the_lock_of_set_up(
    shell: Shell, programs: Programs, tmp_path: Path
) -> None:
    programs("dockerd", "ls /proc/$$/fd >fds; touch answers")
    result = shell(MACHINE + "exec 9</dev/null\nensure_engine python")
    assert result.returncode == 0, result.stderr
    assert "9" not in (tmp_path / "fds").read_text().split()


@pytest.mark.docker
def test_the_running_engine_is_found(shell: Shell) -> None:
    if "DOCKER_HOST" in os.environ:
        result = shell(
            f"export DOCKER_HOST={os.environ['DOCKER_HOST']}\nengine_answers {sys.executable}"
        )
    else:
        result = shell(f"engine_answers {sys.executable}")
    assert result.returncode == 0, result.stderr
