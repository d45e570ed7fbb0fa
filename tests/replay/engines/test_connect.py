"""Which engine is found, where, and what is said where there is none."""

from __future__ import annotations

import gc
import hashlib
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.errors import EngineError, InputError
from auditor.model.plan import Limits
from auditor.replay.engines import answering, connect
from auditor.replay.engines.connect import ENGINES, engine_at
from auditor.replay.engines.places import Place, places
from auditor.replay.engines.service import serve
from auditor.replay.engines.tunnel import tunnel
from tests.replay.engines import fake
from tests.replay.engines.fake import PODMAN, FakeEngine

pytestmark = [
    # The SDK forgets to close a socket that nobody answers at
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
# Stands for ssh: relays the socket to the one that is asked for, or says why not.
SSH = f"""#!{sys.executable}
import asyncio, os, sys
words = sys.argv[1:]
open(os.environ["SSH_CALLS"], "a").write(" ".join(words) + chr(10))
if "nobody@there" in words:
    sys.exit("nobody@there: Permission denied (publickey).")
here, there = words[words.index("-L") + 1].split(":")

async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()

async def relay(reader, writer):
    other = await asyncio.open_unix_connection(there)
    await asyncio.gather(pump(reader, other[1]), pump(other[0], writer), return_exceptions=True)

async def main():
    await (await asyncio.start_unix_server(relay, here)).serve_forever()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be found that this machine has: no choice, no socket, no program."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("auditor.replay.engines.places.SYSTEM", str(tmp_path / "docker.sock"))
    monkeypatch.setattr("auditor.replay.engines.places.PODMAN", str(tmp_path / "podman.sock"))
    serve.cache_clear()
    tunnel.cache_clear()
    yield
    serve.cache_clear()
    tunnel.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeEngine]:
    (tmp_path / "fake").mkdir()
    with fake.fake_engine(tmp_path / "fake") as engine:
        yield engine


def link(daemon: FakeEngine, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(daemon.address.removeprefix("unix://"))


def program(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "bin").mkdir(exist_ok=True)
    (tmp_path / "bin" / name).write_text(text)
    (tmp_path / "bin" / name).chmod(0o755)
    for needed in ("sh", "sleep"):
        if not (tmp_path / "bin" / needed).exists():
            (tmp_path / "bin" / needed).symlink_to(f"/bin/{needed}")


def context(tmp_path: Path, name: str, host: str, *, current: bool) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = tmp_path / "config" / "contexts" / "meta" / digest
    folder.mkdir(parents=True)
    endpoints = {"docker": {"Host": host, "SkipTLSVerify": False}}
    meta = {"Name": name, "Metadata": {}, "Endpoints": endpoints}
    (folder / "meta.json").write_text(json.dumps(meta))
    chosen = {"currentContext": name} if current else {}
    (tmp_path / "config" / "config.json").write_text(json.dumps(chosen))


@pytest.mark.parametrize("name", ["auto", "docker", "podman"])
def test_no_engine_is_said_with_a_hint(name: str) -> None:
    with pytest.raises(EngineError, match="no container engine answers") as caught:
        connect(name)
    assert "auditor doctor" in caught.value.hint
    assert "\n" not in caught.value.message
    [error] = answering()
    assert isinstance(error, EngineError)


def test_a_name_that_is_no_engine_is_refused() -> None:
    assert list(ENGINES) == ["docker", "podman"]
    with pytest.raises(InputError, match="no engine is called 'lxc'"):
        connect("lxc")


def test_a_choice_that_does_not_answer_is_not_passed_over(
    daemon: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(daemon, tmp_path / "docker.sock")
    assert connect("auto").abilities().name == "Docker"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/gone.sock")
    for name in ("auto", "docker"):
        with pytest.raises(
            EngineError, match=r"no container engine answers at unix://.*gone\.sock"
        ):
            connect(name)


def test_sockets_are_asked_in_order(
    daemon: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "own"))
    wanted = [
        *(tmp_path / "docker.sock", tmp_path / "own/docker.sock"),
        *(tmp_path / "own/podman/podman.sock", tmp_path / "podman.sock"),
    ]
    for place in wanted:
        link(daemon, place)
    assert [place.address for place in places()] == [f"unix://{path}" for path in wanted]
    assert [place.address for place in places("podman")] == [f"unix://{p}" for p in wanted[2:]]


def test_podman_is_known_by_its_components(
    daemon: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.version["Components"] = PODMAN
    daemon.info["Rootless"] = True
    monkeypatch.setenv("DOCKER_HOST", daemon.address)
    for name in ("auto", "podman"):
        can = connect(name).abilities()
        assert (can.name, can.rootless) == ("Podman", True)
    with pytest.raises(EngineError, match=r"Podman answers at unix://.*, not docker"):
        connect("docker")


def test_the_docker_context_in_use_is_a_choice(
    daemon: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context(tmp_path, "elsewhere", daemon.address, current=True)
    assert places() == (Place(address=daemon.address, chosen=True),)
    assert connect().describe() == f"Docker 20.10 at {daemon.address}"
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert places() == ()
    monkeypatch.setenv("DOCKER_CONTEXT", "mistyped")
    with pytest.raises(EngineError, match="mistyped"):
        connect()


def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "nonsense://x")
    with pytest.raises(EngineError, match="no container engine answers at nonsense"):
        connect()


def test_an_engine_by_ssh_is_brought_here_once(
    daemon: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "ssh", SSH)
    monkeypatch.setenv("SSH_CALLS", str(tmp_path / "calls"))
    there = daemon.address.removeprefix("unix://")
    address = f"ssh://me@there:2222{there}"
    monkeypatch.setenv("DOCKER_HOST", address)
    for _ in range(2):
        engine = connect()
        assert engine.describe() == f"Docker 20.10 at {address}"
    [call] = (tmp_path / "calls").read_text().splitlines()
    assert "-p 2222" in call
    assert call.endswith(f":{there} -- me@there")
    assert "BatchMode=yes" in call


def test_ssh_that_is_refused_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://nobody@there")
    with pytest.raises(EngineError, match="the program ssh"):
        connect()
    program(tmp_path, "ssh", SSH)
    monkeypatch.setenv("SSH_CALLS", str(tmp_path / "calls"))
    with pytest.raises(EngineError, match=r"ssh://nobody@there: .*Permission denied") as caught:
        connect()
    assert "without a question" in caught.value.hint
    monkeypatch.setenv("DOCKER_HOST", "ssh://-oProxyCommand=x")
    with pytest.raises(EngineError, match="names no host"):
        connect()


def test_a_podman_that_nobody_serves_is_served(daemon: FakeEngine, tmp_path: Path) -> None:
    there = daemon.address.removeprefix("unix://")
    serving = f"#!{sys.executable}\nimport os, sys, time\nos.symlink({there!r}, sys.argv[-1][7:])\n"
    program(tmp_path, "podman", f"{serving}time.sleep(60)\n")
    daemon.version["Components"] = PODMAN
    for name in ("auto", "podman"):
        assert connect(name).describe() == "Podman 20.10 at a socket of auditor's own"
    [engine] = answering()
    assert not isinstance(engine, EngineError)
    assert engine.abilities().name == "Podman"
    with pytest.raises(EngineError, match="no container engine answers"):
        connect("docker")


def test_every_engine_there_is_answers(daemon: FakeEngine, tmp_path: Path) -> None:
    link(daemon, tmp_path / "docker.sock")
    (tmp_path / "podman.sock").touch()
    engine, error = answering()
    assert not isinstance(engine, EngineError)
    assert engine.describe() == f"Docker 20.10 at unix://{tmp_path}/docker.sock"
    assert isinstance(error, EngineError)
    assert "podman.sock" in error.message


def test_a_podman_that_does_not_start_says_why(tmp_path: Path) -> None:
    program(tmp_path, "podman", "#!/bin/sh\necho 'cannot find newuidmap' >&2\nexit 125\n")
    with pytest.raises(EngineError, match="podman does not serve its API: cannot find newuidmap"):
        connect()
    [error] = answering()
    assert isinstance(error, EngineError)


SERVE = """
import os, sys
from auditor.replay.engines.service import serve
print(serve(), flush=True)
sys.stdin.read()
"""
SERVICE = f"""#!{sys.executable}
import os, socket, sys, time
open(os.environ["PIDS"], "w").write(str(os.getpid()))
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[-1].removeprefix("unix://"))
time.sleep(60)
"""


@pytest.mark.parametrize("end", ["killed", "by itself"])
def test_the_service_ends_with_the_process_that_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    program(tmp_path, "podman", SERVICE)
    monkeypatch.setenv("PIDS", str(tmp_path / "pid"))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", SERVE], text=True, **pipes) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        service = Path("/proc", (tmp_path / "pid").read_text())
        assert service.exists()
        if end == "killed":
            process.kill()
    until_gone(service)
    assert end == "killed" or not Path(address.removeprefix("unix://")).exists()


def until_gone(service: Path) -> None:
    deadline = time.monotonic() + 10
    while service.exists() and "zombie" not in (service / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_an_engine_cannot_enforce_is_told(daemon: FakeEngine) -> None:
    engine = engine_at(Place(address=daemon.address))
    assert engine.unenforced(Limits(memory=1, cpus=1)) == ()
    daemon.info |= {
        "MemoryLimit": False,
        "SwapLimit": False,
        "CpuCfsQuota": False,
        "PidsLimit": False,
        "CgroupDriver": "none",
        "CgroupVersion": "1",
        "SecurityOptions": ["name=rootless"],
    }
    engine = engine_at(Place(address=daemon.address))
    rows = {row.subject: row.reason for row in engine.unenforced(Limits(memory=1, cpus=1))}
    assert rows.keys() == {"limits.memory", "limits.cpus", "limits.pids", "isolation.seccomp"}
    assert "rootless" in rows["limits.cpus"]
    assert [row.subject for row in engine.unenforced(Limits())] == [
        "limits.pids",
        "isolation.seccomp",
    ]


def test_swap_that_cannot_be_limited_is_told_apart(daemon: FakeEngine) -> None:
    daemon.info["SwapLimit"] = False
    [row] = engine_at(Place(address=daemon.address)).unenforced(Limits(memory=1))
    assert "swap" in row.reason
