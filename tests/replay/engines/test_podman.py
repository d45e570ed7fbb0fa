"""Where Podman differs from Docker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.errors import NotReplayedError
from auditor.model.facts import Image
from auditor.replay.engines import Container
from auditor.replay.engines.connect import engine_at
from auditor.replay.engines.places import Place
from auditor.replay.engines.podman import Podman
from auditor.replay.engines.specification import specification
from tests.replay.engines.conftest import loaded
from tests.replay.engines.daemons import podman_service

SPECIFICATIONS = Path("/var/run/cdi")
NAME = "nvidia-auditor-test"


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    with podman_service() as address:
        engine = engine_at(Place(address=address))
        assert isinstance(engine, Podman)
        yield engine
        engine._client.close()


@pytest.fixture(scope="module")
def image(podman: Podman) -> Image:
    return loaded(podman)


@pytest.fixture
def device() -> Iterator[str]:
    """Describe a device to this machine, as NVIDIA's toolkit does; it is but a variable."""
    edits = {"containerEdits": {"env": ["GIVEN=yes"]}, "name": NAME}
    SPECIFICATIONS.mkdir(exist_ok=True)
    place = SPECIFICATIONS / f"{NAME}.json"
    place.write_text(
        json.dumps({"cdiVersion": "0.5.0", "kind": "nvidia.com/gpu", "devices": [edits]})
    )
    yield NAME
    place.unlink()


def wanted(image: Image, program: str, gpus: str) -> Container:
    code = "import os; print(os.environ['GIVEN'])"
    argv = (program, "-I", "-c", code)
    return Container(image=image.id, argv=argv, user="65534:65534", gpus=gpus, talk=True)


@pytest.mark.docker
@pytest.mark.slow
def test_a_device_is_given(podman: Podman, image: Image, program: str, device: str) -> None:
    assert podman.abilities().gpus == "cdi"
    assert podman.run(wanted(image, program, device)).output.strip() == "yes"


@pytest.mark.docker
@pytest.mark.slow
def test_a_machine_without_such_a_device_refuses(
    podman: Podman, image: Image, program: str
) -> None:
    with pytest.raises(NotReplayedError, match="cannot give a container GPUs") as caught:
        podman.run(wanted(image, program, "all"))
    assert "cdi generate" in caught.value.hint
    assert podman._client.containers.list(all=True) == []


def test_a_setting_that_would_not_be_held_is_refused() -> None:
    with pytest.raises(KeyError):
        specification({"name": "x", "privileged": False})
