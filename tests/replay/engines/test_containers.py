from __future__ import annotations

import gc
import socket
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import docker.errors
import pytest
import requests

from auditor.errors import EngineError, InputError, NotReplayedError
from auditor.model.plan import Limits, Mount
from auditor.replay import clean
from auditor.replay.engines import ENGINES, Container, connect
from auditor.replay.engines import containers as module
from auditor.replay.engines.containers import run
from auditor.replay.engines.docker import Docker, _hosts
from auditor.replay.engines.images import DockerImages, image_facts
from auditor.replay.owner import owner

CONTAINER = Container(image="auditor/env:1", argv=("python", "-V"), user="65534:65534")


def api_error(text: str, status: int = 500) -> docker.errors.APIError:
    response = requests.Response()
    response.status_code = status
    return docker.errors.APIError("failed", response=response, explanation=text)


def raiser(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


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

    def kill(self, signal: str = "SIGKILL") -> None:
        self.done.append(signal)

    def remove(self, **_: Any) -> None:
        self.done.append("remove")


def client(fake: Fake) -> Any:
    return SimpleNamespace(containers=SimpleNamespace(create=lambda *_, **__: fake))


@pytest.fixture
def unanswered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    yield
    with warnings.catch_warnings():
        # The SDK forgets to close a socket that nobody answers at.
        warnings.simplefilter("ignore")
        gc.collect()


SLOW = requests.ConnectionError("Read timed out.")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("unanswered")
def test_no_engine_is_said_with_a_hint() -> None:
    for name in ("auto", "docker"):
        with pytest.raises(EngineError, match="no container engine answers") as caught:
            connect(name)
        assert "auditor doctor" in caught.value.hint
        assert "\n" not in caught.value.message
    with pytest.raises(InputError, match="no engine is called"):
        connect("lxc")
    assert list(ENGINES) == ["docker"]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("unanswered")
def test_the_rootless_socket_is_asked_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert _hosts() == (None,)
    (tmp_path / "docker.sock").touch()
    assert _hosts() == (None, f"unix://{tmp_path}/docker.sock")
    with pytest.raises(EngineError):
        connect("docker")


def test_the_end_of_a_slice_of_waiting_is_not_the_end_of_the_run() -> None:
    fake = Fake(SLOW, SLOW, None)
    ended = run(client(fake), CONTAINER)
    assert ended.code == 0
    assert not ended.timed_out
    assert fake.done == ["start", "reload", "reload", "reload", "remove"]


def test_a_run_that_ended_meanwhile_has_ended() -> None:
    assert run(client(Fake(SLOW, status="exited")), CONTAINER).code == 0


def test_a_run_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)
    fake = Fake()
    slow = Container(**{**vars_of(CONTAINER), "limits": Limits(timeout=0.0)})
    assert run(client(fake), slow).timed_out
    assert [word for word in fake.done if word.startswith("SIG")] == ["SIGTERM", "SIGKILL"]
    assert fake.done[-1] == "remove"


def vars_of(container: Container) -> dict[str, Any]:
    return {name: getattr(container, name) for name in container.__struct_fields__}


def test_an_engine_that_goes_away_is_one_clear_line() -> None:
    fake = Fake(SLOW)
    fake.reload = raiser(requests.ConnectionError("refused"))  # type: ignore[method-assign]
    fake.remove = raiser(requests.ConnectionError("refused"))  # type: ignore[method-assign]
    with pytest.raises(EngineError, match="went away while running the container") as caught:
        run(client(fake), CONTAINER)
    assert "auditor doctor" in caught.value.hint


@pytest.mark.parametrize(
    ("gpus", "text", "message"),
    [
        ("all", 'could not select device driver "" with capabilities: [[gpu]]', "no GPU runtime"),
        (None, "OCI runtime create failed:\nno such\nfile", "could not start the replay: OCI"),
    ],
)
def test_a_refused_start_says_why_and_removes(gpus: str | None, text: str, message: str) -> None:
    fake = Fake()
    fake.start = raiser(api_error(text))  # type: ignore[method-assign]
    wanted = Container(**{**vars_of(CONTAINER), "gpus": gpus})
    with pytest.raises(NotReplayedError, match=message) as caught:
        run(client(fake), wanted)
    assert "\n" not in caught.value.message
    assert fake.done == ["remove"]


def test_a_refused_creation_says_why() -> None:
    broken: Any = SimpleNamespace(containers=SimpleNamespace())
    broken.containers.create = raiser(api_error("invalid mount"))
    with pytest.raises(NotReplayedError, match="invalid mount"):
        run(broken, CONTAINER)
    broken.containers.create = raiser(docker.errors.ImageNotFound("gone"))
    with pytest.raises(EngineError, match="gone from the engine"):
        run(broken, CONTAINER)


def test_settings_say_everything_that_is_claimed() -> None:
    wanted = Container(
        **{
            **vars_of(CONTAINER),
            "gpus": "device=GPU-1,GPU-2",
            "limits": Limits(memory=100, cpus=0.5),
            "mounts": (Mount(source="/a", target="/b", read_only=True),),
        }
    )
    settings = module._settings(wanted)
    assert settings["network_mode"] == "none"
    assert settings["read_only"]
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["user"] == "65534:65534"
    assert settings["mem_limit"] == settings["memswap_limit"] == 100
    assert settings["nano_cpus"] == 500_000_000
    assert settings["mounts"][0]["ReadOnly"]
    assert settings["device_requests"][0]["DeviceIDs"] == ["GPU-1", "GPU-2"]
    assert settings["log_config"].type == "none"
    assert "privileged" not in settings
    assert module._gpus("2")["device_requests"][0]["Count"] == 2
    assert module._gpus("all")["device_requests"][0]["Count"] == -1


class FakeImage:
    tags = ("auditor/env:1",)


def test_cleaning_removes_orphans_and_on_demand_images() -> None:
    orphan, mine = Fake(), Fake()
    orphan.labels = {"org.auditor.owner": f"{socket.gethostname()}:1:0"}  # type: ignore[attr-defined]
    mine.labels = {"org.auditor.owner": owner()}  # type: ignore[attr-defined]
    removed: list[str] = []
    fake: Any = SimpleNamespace(
        containers=SimpleNamespace(list=lambda **_: [orphan, mine]),
        images=SimpleNamespace(
            list=lambda name: [FakeImage] * ("env" in name), remove=removed.append
        ),
    )
    assert clean(Docker(fake)) == (1, 0)
    assert (orphan.done, mine.done, removed) == (["remove"], [], [])
    assert clean(Docker(fake), images=True) == (1, 1)
    assert removed == ["auditor/env:1"]


def test_a_registry_that_refuses_is_said() -> None:
    fake: Any = SimpleNamespace(images=SimpleNamespace(pull=raiser(api_error("denied"))))
    with pytest.raises(NotReplayedError, match="cannot be pulled: denied"):
        DockerImages(fake).pull("python:3.11")
    attributes = {"Id": "sha256:1", "RepoDigests": None, "Os": "linux", "Architecture": "arm64"}
    found = SimpleNamespace(attrs=attributes)
    fake.images.pull = lambda _: found
    assert DockerImages(fake).pull("python:3.11") == image_facts("python:3.11", attributes)


@pytest.mark.parametrize(
    "reference",
    ["", "-x", "a b", "a;b", "UPPER", "a:", "a@sha256:12", "../a", "a/../b", "http://a/b", "a\n"],
)
def test_what_is_no_name_of_an_image_is_refused(reference: str) -> None:
    with pytest.raises(InputError, match="is not the name of an image"):
        DockerImages(SimpleNamespace()).find(reference)


@pytest.mark.parametrize(
    "reference",
    [
        *("python", "python:3.11-slim", "ghcr.io/a/b:1", "localhost:5000/x"),
        *("a/b@sha256:" + "0" * 64, "sha256:" + "a" * 64),
    ],
)
def test_names_of_images_are_accepted(reference: str) -> None:
    found = SimpleNamespace(attrs={"Id": "sha256:1"})
    fake: Any = SimpleNamespace(images=SimpleNamespace(get=lambda _: found))
    image = DockerImages(fake).find(reference)
    assert image is not None
    assert image.reference == reference


def test_a_failing_engine_says_what_it_was_doing() -> None:
    fake: Any = SimpleNamespace(version=raiser(api_error("server\nerror")))
    with pytest.raises(EngineError, match="failed at telling its version: server error"):
        Docker(fake).describe()
