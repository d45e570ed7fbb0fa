from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.model.facts import Image
from auditor.model.plan import Limits, Mount
from auditor.replay.engines import Container
from auditor.replay.engines.abilities import lacking
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.isolation import isolation

CONTAINER = Container(image="x", argv=("x",), user="7:8", scratch=("/tmp", "/home/me"))


def held(**limits: Any) -> dict[str, Any]:
    return isolation(msgspec.structs.replace(CONTAINER, limits=Limits(**limits)))


def ulimits(settings: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {limit["Name"]: (limit["Soft"], limit["Hard"]) for limit in settings["ulimits"]}


def test_nothing_that_holds_it_depends_on_being_asked_for() -> None:
    settings = held()
    assert settings["network_mode"] == "none"
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["read_only"] is settings["init"] is True
    assert settings["ipc_mode"] == "private"
    assert settings["pids_limit"] == 4096
    assert settings["oom_score_adj"] > 0
    assert ulimits(settings).keys() == {"core", "nofile", "nproc"}
    assert ulimits(settings)["core"] == (0, 0)
    for folder, mode in (("/tmp", "1777"), ("/home/me", "0700")):
        options = set(settings["tmpfs"][folder].split(","))
        assert options >= {"nosuid", "nodev", "uid=7", "gid=8", f"mode={mode}"}
        assert f"size={1 << 30}" in options


def test_what_the_limits_say_is_set() -> None:
    settings = held(memory=100, cpus=1.5, disk=200, scratch=50, shm=25, descriptors=64)
    assert (settings["mem_limit"], settings["memswap_limit"]) == (100, 100)
    assert settings["nano_cpus"] == 1_500_000_000
    assert settings["shm_size"] == 25
    assert "size=50" in settings["tmpfs"]["/tmp"].split(",")
    assert ulimits(settings)["fsize"] == (200, 200)
    assert ulimits(settings)["nofile"] == (64, 64)
    assert ulimits(held(disk=200, file=100))["fsize"] == (100, 100)


def test_no_more_is_asked_for_than_this_user_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (10, 100))
    assert ulimits(held())["nofile"] == ulimits(held())["nproc"] == (100, 100)
    unlimited = resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (unlimited, unlimited))
    assert ulimits(held())["nofile"] == (65536, 65536)


def test_only_without_a_network_are_look_ups_the_recorder_s() -> None:
    assert "sysctls" in held()
    assert "sysctls" not in held(network="bridge")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["name=seccomp,profile=default"], False),
        (["name=seccomp,profile=unconfined"], True),
        (["name=apparmor"], True),
        (None, True),
    ],
)
def test_an_engine_without_seccomp_is_told(options: list[str] | None, told: bool) -> None:  # noqa: FBT001
    info = {"PidsLimit": True, "SecurityOptions": options}
    subjects = {entry.subject for entry in lacking(info, Limits())}
    assert ("isolation.seccomp" in subjects) is told


BOMB = """
import os, resource, signal, sys
made = []
try:
    while len(made) < 1000:
        child = os.fork()
        if not child:
            signal.pause()
        made.append(child)
except OSError as error:
    kinds = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)
    print(len(made), error.errno, *map(resource.getrlimit, kinds))
"""


RESOLVER = """
import socket, sys, threading
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
threading.Thread(target=lambda: print(server.recv(512)[12:28], flush=True), daemon=True).start()
try: socket.getaddrinfo("data.example.org", 80)
except socket.gaierror as error: print(error.errno == socket.EAI_AGAIN)
"""


def printed(engine: Docker, base: Image, argv: tuple[str, ...], **more: Any) -> str:
    limits = Limits(pids=32, memory=256 << 20, disk=1 << 20)
    container = Container(
        image=base.id, argv=argv, user="65534:65534", limits=limits, talk=True, **more
    )
    return engine.run(container).output


@pytest.mark.docker
@pytest.mark.slow
def test_processes_and_sizes_are_limited(engine: Docker, base: Image, program: str) -> None:
    made, errno, *limits = printed(engine, base, (program, "-I", "-c", BOMB)).split(maxsplit=2)
    assert 20 < int(made) < 32
    assert errno == "11"
    assert limits == ["(0, 0) (1048576, 1048576)\n"]


@pytest.mark.docker
@pytest.mark.slow
def test_a_program_of_no_rights_can_answer_look_ups(
    engine: Docker, base: Image, program: str, tmp_path: Path
) -> None:
    source = tmp_path / "resolv.conf"
    source.write_text("nameserver 127.0.0.1\noptions ndots:0 timeout:1 attempts:1\n")
    mount = Mount(source=str(source), target="/etc/resolv.conf", read_only=True)
    output = printed(engine, base, (program, "-I", "-c", RESOLVER), mounts=(mount,))
    assert output.splitlines() == [str(b"\x04data\x07example\x03or"), "True"]
