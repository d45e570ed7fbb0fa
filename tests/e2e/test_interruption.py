"""Ctrl-C, termination and kill, of the observed command and of auditor itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.e2e.conftest import LABEL, Project

pytestmark = pytest.mark.slow

# Says when it has begun, and would go on for a minute.
SLOW = """
import pathlib, time
pathlib.Path("begun").write_text("yes")
print("begun", flush=True)
time.sleep(60)
"""
# The same for a moment, then ends well.
SHORT = """
import pathlib, time
pathlib.Path("begun").write_text("yes")
time.sleep(2)
pathlib.Path("ended").write_text("yes")
"""
WAIT = """
import os, time
time.sleep(0 if "QUICK" in os.environ else 60)
"""
# Stands between auditor and the engine's socket, so that an engine can go away.
RELAY = """
import asyncio, sys

async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()

async def serve(reader, writer):
    engine = await asyncio.open_unix_connection(sys.argv[2])
    await asyncio.gather(pump(reader, engine[1]), pump(engine[0], writer), return_exceptions=True)

async def main():
    await (await asyncio.start_unix_server(serve, sys.argv[1])).serve_forever()

asyncio.run(main())
"""


@pytest.fixture
def slow(empty: Project) -> Project:
    """Return a project whose script takes a minute."""
    (empty.folder / "slow.py").write_text(SLOW)
    return empty


def started(project: Project, script: str) -> subprocess.Popen[str]:
    process = project.start("run", "--", "python", script)
    until((project.folder / "begun").exists)
    return process


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.05)


def end_of(project: Project) -> dict[str, object]:
    exit_fact: dict[str, dict[str, object]] = project.fingerprint()["outcome"]["exit"]
    return exit_fact["value"]


def test_ctrl_c_reaches_the_command_and_leaves_a_fingerprint(slow: Project) -> None:
    process = started(slow, "slow.py")
    os.killpg(process.pid, signal.SIGINT)
    _stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert end_of(slow)["status"] == "interrupted"


def test_termination_is_passed_on_and_leaves_a_fingerprint(slow: Project) -> None:
    process = started(slow, "slow.py")
    process.terminate()
    _stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 143, stderr
    assert end_of(slow)["status"] == "interrupted"


def test_a_killed_command_leaves_a_fingerprint_that_says_so(empty: Project) -> None:
    (empty.folder / "dies.py").write_text(
        "import os\nprint('x', flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    result = empty.auditor("run", "--", "python", "dies.py")
    assert result.returncode == 137, result.stderr
    ended = end_of(empty)
    assert (ended["status"], ended["signal"], ended["code"]) == ("killed", "SIGKILL", 137)


def test_an_interrupted_run_is_not_replayed_unasked(slow: Project) -> None:
    process = started(slow, "slow.py")
    process.terminate()
    process.communicate(timeout=60)
    result = slow.auditor("replay", "latest")
    assert result.returncode in {2, 3}, result.stdout
    assert "interrupted" in result.stderr
    assert "--force" in result.stderr


def test_the_command_lives_on_when_auditor_is_killed(empty: Project) -> None:
    (empty.folder / "short.py").write_text(SHORT)
    process = started(empty, "short.py")
    process.kill()
    process.communicate(timeout=60)
    until((empty.folder / "ended").exists, seconds=20)


@pytest.mark.docker
def test_ctrl_c_during_a_replay_leaves_no_container(empty: Project) -> None:
    process = replaying(empty)
    os.killpg(process.pid, signal.SIGINT)
    _stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert containers_of(process.pid) == []
    assert staging(empty) == []


@pytest.mark.docker
def test_a_killed_replay_is_tidied_up_by_gc(empty: Project) -> None:
    process = replaying(empty)
    process.kill()
    process.communicate(timeout=60)
    assert containers_of(process.pid) != []
    result = empty.auditor("gc")
    assert result.returncode == 0, result.stderr
    assert containers_of(process.pid) == []


@pytest.mark.docker
def test_an_engine_that_goes_away_in_the_middle(empty: Project, tmp_path: Path) -> None:
    target = docker.from_env().api
    engine = target.get_adapter(target.base_url).socket_path
    address = str(tmp_path / "engine.sock")
    relay = subprocess.Popen([sys.executable, "-c", RELAY, address, engine])
    until(Path(address).exists)
    process = replaying(empty, env={"DOCKER_HOST": f"unix://{address}"})
    relay.kill()
    relay.wait()
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stderr
    line, _hint = stderr.splitlines()
    assert "engine went away" in line
    assert "not-replayed" in stdout
    # What could not be removed then is removed once an engine answers.
    assert empty.auditor("gc").returncode == 0
    assert containers_of(process.pid) == []


def replaying(project: Project, **options: Any) -> subprocess.Popen[str]:
    """Start the replay of a run that takes a minute, and wait until its container runs."""
    # A variable that is not recorded keeps the run itself short.
    (project.folder / "wait.py").write_text(WAIT)
    assert project.auditor("run", "--", "python", "wait.py", env={"QUICK": "1"}).returncode == 0
    process = project.start("replay", "latest", **options)
    until(lambda: running(process), seconds=120)
    return process


def running(process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, process.communicate()
    return any(container.status == "running" for container in containers_of(process.pid))


def containers_of(pid: int) -> list[docker.models.containers.Container]:
    client = docker.from_env()
    found = client.containers.list(all=True, ignore_removed=True, filters={"label": LABEL})
    return [item for item in found if f":{pid}:" in item.labels[LABEL] + ":"]


def staging(project: Project) -> list[Path]:
    return list((project.folder / ".auditor").glob("staging/*"))
