"""How a container is waited for, step by step."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import docker.errors
import msgspec
import pytest
import requests

from auditor.model.plan import Limits, Mount
from auditor.replay.engines import Container
from auditor.replay.engines import containers as module
from auditor.replay.engines.containers import run
from auditor.replay.engines.settings import settings_of

CONTAINER = Container(image="auditor/env:1", argv=("python", "-V"), user="65534:65534")
SLOW = requests.ConnectionError("Read timed out.")


class Fake:
    """A container as the SDK shows it; ``script`` says what ``wait`` does, call by call."""

    def __init__(self, *script: Exception | None, status: str = "running") -> None:
        self.script = list(script)
        self.status = status
        self.done: list[str] = []
        self.attrs = {"State": {"ExitCode": 0, "OOMKilled": False}}

    def start(self) -> None:
        self.done.append("start")

    def wait(self, timeout: float) -> None:
        assert timeout > 0
        if self.script and (error := self.script.pop(0)) is not None:
            raise error

    def reload(self) -> None:
        self.done.append("reload")

    def kill(self, signal: str) -> None:
        self.done.append(signal)


def client(fake: Fake) -> Any:
    def remove(name: str, **_: Any) -> None:
        fake.done.append(f"remove {name.partition('-')[0]}")

    return SimpleNamespace(api=SimpleNamespace(remove_container=remove))


def made(fake: Fake) -> Callable[[Container, str], Fake]:
    return lambda _container, _name: fake


def test_the_end_of_a_slice_of_waiting_is_not_the_end_of_the_run() -> None:
    fake = Fake(SLOW, SLOW, None)
    ended = run(client(fake), CONTAINER, made(fake))
    assert ended.code == 0
    assert not ended.timed_out
    assert fake.done == ["start", "reload", "reload", "reload", "remove auditor"]


def test_a_run_that_ended_meanwhile_has_ended() -> None:
    ended = Fake(SLOW, status="exited")
    assert run(client(ended), CONTAINER, made(ended)).code == 0


def test_a_run_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)
    fake = Fake()
    slow = msgspec.structs.replace(CONTAINER, limits=Limits(timeout=0.0))
    assert run(client(fake), slow, made(fake)).timed_out
    assert [word for word in fake.done if word.startswith("SIG")] == ["SIGTERM", "SIGKILL"]
    assert fake.done[-1] == "remove auditor"


@pytest.mark.parametrize("status", [404, 409, 500])
def test_what_ended_by_itself_cannot_be_killed_and_need_not(status: int) -> None:
    response = requests.Response()
    response.status_code = status

    def kill(**_: Any) -> None:
        raise docker.errors.APIError("is not running", response=response)

    created: Any = SimpleNamespace(kill=kill)
    if status != 500:
        module._signal(created, "SIGTERM")
    else:
        with pytest.raises(docker.errors.APIError):
            module._signal(created, "SIGTERM")


def test_settings_say_everything_that_is_claimed() -> None:
    wanted = msgspec.structs.replace(
        CONTAINER,
        limits=Limits(memory=100, cpus=0.5),
        mounts=(Mount(source="/a", target="/b", read_only=True),),
        processors="0-1",
    )
    settings = settings_of(wanted)
    assert settings["network_mode"] == "none"
    assert settings["read_only"]
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["user"] == "65534:65534"
    assert settings["mem_limit"] == settings["memswap_limit"] == 100
    assert settings["nano_cpus"] == 500_000_000
    assert settings["cpuset_cpus"] == "0-1"
    assert settings["mounts"][0]["ReadOnly"]
    assert settings["log_config"].type == "none"
    assert "privileged" not in settings
    assert "device_requests" not in settings
