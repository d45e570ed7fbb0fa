from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import NotReplayedError
from auditor.replay.executors import executor
from auditor.replay.executors.dask import Dask

pytestmark = pytest.mark.slow


@pytest.fixture
def dask(cluster: Any) -> Any:
    connected = executor(f"dask:{cluster.address}")
    yield connected
    connected.close()


def slow_call(place: Path) -> list[str]:
    """Return a command that writes down who started it, and takes its time."""
    return ["sh", "-c", f"echo $PPID >>{place}; sleep 3; echo done"]


def workers_of(place: Path) -> list[int]:
    return [int(line) for line in place.read_text().split()] if place.exists() else []


def test_calls_are_carried_out_by_workers(dask: Dask, cluster: Any) -> None:
    assert not dask.here
    pids = {dask.submit(os.getpid).result(20) for _ in range(3)}
    assert pids <= {worker.pid for worker in cluster.workers}
    assert dask.submit(len, dask.share(b"x" * 100_000)).result(20) == 100_000


def test_what_a_lost_worker_had_is_carried_out_elsewhere_once(
    dask: Dask, cluster: Any, tmp_path: Path
) -> None:
    place = tmp_path / "started"
    future = dask.submit(subprocess.check_output, slow_call(place))
    deadline = time.monotonic() + 20
    while not workers_of(place):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    lost = workers_of(place)[0]
    os.kill(lost, signal.SIGKILL)
    assert future.result(30) == b"done\n"
    first, second = workers_of(place)
    assert first == lost
    assert second in {worker.pid for worker in cluster.workers} - {lost}


def test_an_error_of_the_call_is_its_own(dask: Dask) -> None:
    with pytest.raises(
        NotReplayedError, match="the cluster could not carry it out: integer division"
    ):
        dask.submit(divmod, 1, 0).result(20)
    with pytest.raises(NotReplayedError, match="same version") as told:
        dask.submit(_refuse).result(20)
    assert "install" in told.value.hint


def test_an_import_that_fails_on_a_worker_is_told(dask: Dask) -> None:
    with pytest.raises(NotReplayedError, match="cannot import what it needs"):
        dask.submit(__import__, "no_such_module").result(20)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.replay.executors.dask._SECONDS", 1)
    with pytest.raises(NotReplayedError, match="no Dask cluster with workers answers at tcp"):
        executor("dask:tcp://127.0.0.1:9")


def test_without_dask_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(NotReplayedError) as told:
        executor("dask:tcp://127.0.0.1:9")
    assert "auditor[dask]" in told.value.hint


def _refuse() -> None:
    raise NotReplayedError("a worker has another version, not the same version", hint="install it")
