"""The printed options of ``docker run`` make the very container that auditor makes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from auditor.model.plan import Limits, Mount
from auditor.replay.engines import Container, connect
from auditor.replay.engines.flags import flags
from auditor.replay.engines.settings import settings_of
from auditor.replay.engines.sharing import _TAG, _nothing

FULL = Limits(memory=1 << 28, cpus=1.5, disk=1 << 24, file=1 << 23, log=1 << 20, scratch=1 << 26)
# What auditor alone does: it bounds the log of the container, and mounts are compared elsewhere.
# Docker's client says that there is no restart policy, the SDK says nothing.
OWN = {"LogConfig", "Binds", "Mounts", "ContainerIDFile", "RestartPolicy"}


@pytest.fixture
def client() -> Iterator[Any]:
    found: Any = connect("docker")
    found._client.api.import_image_from_data(_nothing(), repository=_TAG)
    yield found._client
    found._client.close()


@pytest.mark.docker
@pytest.mark.parametrize(
    "limits",
    [Limits(), FULL, Limits(network="bridge", memory=1 << 29)],
    ids=["least", "full", "bridge"],
)
@pytest.mark.parametrize("processors", ["", "0"])
def test_docker_makes_the_same_host_config(client: Any, limits: Limits, processors: str) -> None:
    container = Container(
        image=_TAG,
        argv=("/bin/true", "x"),
        user="65534:65534",
        workdir="/work",
        scratch=("/tmp", "/opt/auditor/home"),
        limits=limits,
        processors=processors,
    )
    printed = ["docker", "create", *flags(container), "--workdir", "/work"]
    done = subprocess.run(
        [*printed, "--entrypoint", "/bin/true", _TAG, "x"],
        check=True,
        capture_output=True,
        text=True,
    )
    by_hand = client.containers.get(done.stdout.strip())
    own = client.containers.create(container.image, **settings_of(container))
    try:
        assert _held(by_hand.attrs) == _held(own.attrs)
    finally:
        by_hand.remove()
        own.remove()


def _held(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return what holds a container; docker's client says ``[]`` where the SDK says nothing."""
    host = {key: value or None for key, value in attributes["HostConfig"].items() if key not in OWN}
    host["Ulimits"] = sorted(json.dumps(one, sort_keys=True) for one in host["Ulimits"] or ())
    config = attributes["Config"]
    names = ("User", "Hostname", "WorkingDir", "Entrypoint", "Cmd", "NetworkDisabled")
    return host | {name: config.get(name) or None for name in names}


def test_gpus_are_asked_for_in_the_words_of_docker() -> None:
    def asked(gpus: str, support: str = "") -> str:
        container = Container(image="x", argv=("x",), user="1:1", gpus=gpus)
        return " ".join(flags(container, support))

    assert "--gpus all" in asked("all")
    assert "--gpus 2" in asked("2")
    assert '--gpus "device=0,1"' in asked("0,1")
    assert "--device nvidia.com/gpu=0 --device nvidia.com/gpu=1" in asked("2", "cdi")


def test_every_setting_has_a_word_or_is_no_limit() -> None:
    container = Container(
        image="x",
        argv=("x",),
        user="1:1",
        limits=FULL,
        processors="0",
        gpus="all",
        mounts=(Mount(source="/a", target="/b", read_only=True),),
    )
    others = {"command", "entrypoint", "environment", "labels", "log_config", "mounts"}
    silent = {name for name, value in settings_of(container).items() if not _said(name, value)}
    assert silent == others | {"working_dir"}


def _said(name: str, value: Any) -> bool:
    from auditor.replay.engines.flags import _words  # noqa: PLC0415 - only here

    return bool(_words(name, value))
