"""Several runs, several replays at once, here and on a cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import docker
import pytest

from tests.e2e.conftest import LABEL, Project

pytestmark = [pytest.mark.slow, pytest.mark.docker]

SLEEPY = "import time; time.sleep(2); print('done')"


@pytest.fixture
def recorded(empty: Project) -> Project:
    for name, code in (("sleepy", SLEEPY), ("one", "print(1)"), ("two", "print(2)")):
        result = empty.auditor("run", "--name", name, "--", "python", "-c", code)
        assert result.returncode == 0, result.stderr
    return empty


def owners() -> list[int]:
    """Return the process of each container of auditor that the engine has."""
    containers = docker.from_env().containers.list(
        all=True, ignore_removed=True, filters={"label": LABEL}
    )
    return [int(container.labels[LABEL].split(":")[1]) for container in containers]


def awaited(found: Callable[[], Any], process: subprocess.Popen[str]) -> Any:
    deadline = time.monotonic() + 120
    while not (what := found()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return what


def interval(replay: dict[str, Any]) -> tuple[str, str]:
    times = replay["record"]["times"]["value"]
    return times["started"], times["finished"]


def test_each_run_has_its_audit_and_all_have_one_status(recorded: Project) -> None:
    arguments = ("one", "nosuch", "two", "one", "--times", "1")
    result = recorded.auditor("replay", *arguments, "--report", "out/report.html")
    assert result.returncode == 2
    assert result.stdout.count("verdict: identical") == 2
    assert "auditor: nosuch: no such fingerprint: nosuch" in result.stderr
    names = sorted(path.name for path in (recorded.folder / "out").iterdir())
    ids = {row["name"]: row["id"].partition(":")[2][:12] for row in recorded.json("list")}
    assert names == sorted(f"report-{ids[name]}.html" for name in ("one", "two"))


def test_one_document_for_all(recorded: Project) -> None:
    document = recorded.json("replay", "one", "two", "--times", "1")
    runs = {audit["original"]["name"]: audit["verdict"] for audit in document["audits"]}
    assert runs == {"one": "identical", "two": "identical"}


def test_side_by_side_where_there_are_processors_for_each(recorded: Project) -> None:
    audit = recorded.json("replay", "sleepy", "--cpus", "1", "--times", "2")
    (_, ended), (second, _) = sorted(interval(replay) for replay in audit["replays"])
    assert second < ended
    assert [attempt["number"] for attempt in audit["attempts"]] == [1, 2]


def test_in_turn_where_each_has_all_processors(recorded: Project) -> None:
    audit = recorded.json("replay", "sleepy", "--times", "2")
    (_, ended), (second, _) = sorted(interval(replay) for replay in audit["replays"])
    assert second >= ended


def test_interrupted_nothing_is_left(recorded: Project) -> None:
    process = recorded.start("replay", "sleepy", "one", "--cpus", "1", "--times", "5")
    awaited(lambda: process.pid in owners(), process)
    process.send_signal(signal.SIGINT)
    _stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert process.pid not in owners()


def test_a_worker_is_lost_and_nothing_is_counted_twice(recorded: Project, cluster: Any) -> None:
    address = f"dask:{cluster.address}"
    process = recorded.start("replay", "sleepy", "--times", "3", "--json", "--executor", address)
    workers = {worker.pid for worker in cluster.workers}
    lost = awaited(lambda: workers & set(owners()), process).pop()
    os.kill(lost, signal.SIGKILL)
    stdout, stderr = process.communicate(timeout=200)
    assert process.returncode == 0, stderr
    audit = json.loads(stdout)
    assert audit["verdict"] == "identical"
    assert [(one["number"], one["completed"]) for one in audit["attempts"]] == [
        (1, True),
        (2, True),
        (3, True),
    ]
    assert len(audit["replays"]) == 3


def test_a_cluster_that_does_not_answer_is_a_verdict(recorded: Project) -> None:
    audit = recorded.json("replay", "one", "--executor", "dask:tcp://127.0.0.1:9", status=3)
    assert audit["verdict"] == "not-replayed"
    assert "no Dask cluster" in audit["reason"]
