"""What an engine is asked for where a replay wants GPUs, as JSON, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import NotReplayedError
from auditor.replay.engines import Container
from auditor.replay.engines.connect import engine_at
from auditor.replay.engines.places import Place
from tests.replay.engines import fake
from tests.replay.engines.fake import FakeEngine, refusing

CONTAINER = Container(image="auditor/env:1", argv=("python", "-V"), user="65534:65534")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeEngine]:
    with fake.fake_engine(tmp_path) as engine:
        engine.add_image("auditor/env:1")
        yield engine


def run(daemon: FakeEngine, gpus: str | None) -> Any:
    """Run a container and return the device requests that the engine got."""
    engine = engine_at(Place(address=daemon.address))
    engine.__dict__["_shares_files"] = True
    try:
        engine.run(msgspec.structs.replace(CONTAINER, gpus=gpus))
    finally:
        engine._client.close()
    return daemon.bodies("POST /containers/create")[-1]["HostConfig"].get("DeviceRequests")


def request(**fields: Any) -> list[dict[str, Any]]:
    empty = {"Driver": "", "Count": 0, "DeviceIDs": [], "Capabilities": [], "Options": {}}
    return [{**empty, **fields}]


@pytest.mark.parametrize(
    ("gpus", "asked"),
    [
        ("all", {"Count": -1}),
        ("2", {"Count": 2}),
        ("GPU-1, GPU-2", {"DeviceIDs": ["GPU-1", "GPU-2"]}),
        ("device=0,1", {"DeviceIDs": ["0", "1"]}),
    ],
)
def test_nvidias_runtime_is_asked(daemon: FakeEngine, gpus: str, asked: dict[str, Any]) -> None:
    daemon.info["Runtimes"] = {"nvidia": {}}
    assert run(daemon, gpus) == request(Capabilities=[["gpu"]], **asked)


@pytest.mark.parametrize(
    ("gpus", "names"),
    [
        ("all", ["all"]),
        ("2", ["0", "1"]),
        ("GPU-1,GPU-2", ["GPU-1", "GPU-2"]),
    ],
)
def test_without_it_the_device_interface_is_asked(
    daemon: FakeEngine, gpus: str, names: list[str]
) -> None:
    daemon.info["CDISpecDirs"] = ["/etc/cdi"]
    wanted = [f"nvidia.com/gpu={name}" for name in names]
    assert run(daemon, gpus) == request(Driver="cdi", DeviceIDs=wanted)


def test_nothing_is_asked_for_a_replay_without_gpus(daemon: FakeEngine) -> None:
    assert run(daemon, None) is None
    assert daemon.bodies("GET /info") == []


@pytest.mark.parametrize(
    "reason",
    [
        'could not select device driver "" with capabilities: [[gpu]]',
        "failed to create task: nvidia-container-cli: initialization error: nvml error",
        "CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all",
    ],
)
def test_a_machine_without_gpus_is_said_with_a_hint(daemon: FakeEngine, reason: str) -> None:
    daemon.faults["POST /containers/auditor-"] = refusing(500, reason)
    with pytest.raises(NotReplayedError, match="cannot give a container GPUs") as caught:
        run(daemon, "all")
    assert reason in caught.value.message
    assert "Container Toolkit" in caught.value.hint
    assert daemon.containers == {}


def test_another_refusal_is_not_blamed_on_gpus(daemon: FakeEngine) -> None:
    daemon.faults["POST /containers/auditor-"] = refusing(500, "OCI runtime create failed:\nno x")
    with pytest.raises(NotReplayedError, match="could not start the replay: OCI runtime"):
        run(daemon, "all")
