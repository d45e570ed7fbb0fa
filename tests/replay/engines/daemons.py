"""Engines of the tests' own: each with its own storage, gone after the tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.replay.engines.service import command

# In a mount namespace with another /tmp: it does not see this host's files, as one elsewhere.
_ELSEWHERE = """
mount -t tmpfs tmpfs /tmp
exec dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --tls=false \
    --host "tcp://127.0.0.1:$2" --bridge none --iptables=false --ip6tables=false
"""
_SECONDS = 30


@contextmanager
def remote_docker() -> Iterator[str]:
    """Run a Docker daemon that shares no files with the tests; yield its address, by TCP."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with _folder() as folder:
        start = ["unshare", "-m", "sh", "-c", _ELSEWHERE, "sh", str(folder), port]
        with _running(start, folder, lambda: _listens(int(port))):
            yield f"tcp://127.0.0.1:{port}"


@contextmanager
def podman_service() -> Iterator[str]:
    """Serve Podman's API over a storage of its own; yield its address."""
    with _folder() as folder:
        place = folder / "podman.sock"
        program, *rest = command(f"unix://{place}")
        places = ("--root", str(folder / "root"), "--runroot", str(folder / "run"))
        with _running([program, *places, *rest], folder, place.exists):
            yield f"unix://{place}"


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _folder() -> Iterator[Path]:
    # Not below /tmp: the daemon elsewhere has another one.
    folder = Path(tempfile.mkdtemp(prefix="auditor-engine-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in reversed([place for place in mounts if place.startswith(f"{folder}/")]):
            subprocess.run(["umount", "--lazy", place], check=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(start: list[str], folder: Path, ready: Callable[[], bool]) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as talk:
        process = subprocess.Popen(start, stdout=talk, stderr=talk, start_new_session=True)
    try:
        deadline = time.monotonic() + _SECONDS
        while not ready():
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
