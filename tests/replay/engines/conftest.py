"""Every engine there is to test on: Docker, Docker elsewhere, Podman."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from auditor.model.facts import Image
from auditor.replay.base.host import base_image
from auditor.replay.base.python import ask
from auditor.replay.engines.connect import engine_at
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.places import Place, places
from tests.replay.engines.daemons import podman_service, remote_docker

KINDS = ("docker", "remote", "podman")


@pytest.fixture(scope="session", params=KINDS)
def engine(request: pytest.FixtureRequest) -> Iterator[Docker]:
    """Return each engine in turn."""
    with ExitStack() as stack:
        if request.param == "docker":
            place = places("docker")[0]
        else:
            start = {"remote": remote_docker, "podman": podman_service}[request.param]
            place = Place(address=stack.enter_context(start()))
        found = engine_at(place)
        yield found
        found._client.close()


@pytest.fixture(scope="session")
def base(engine: Docker) -> Image:
    """Return an image with the Python of the tests."""
    return loaded(engine)


def loaded(engine: Docker) -> Image:
    """Return an image with the Python of the tests, that the engine now has."""
    python = ask(Path(sys.executable))
    assert python is not None
    return base_image(python, engine, lambda _message: None)


@pytest.fixture(scope="session")
def program() -> str:
    """Return the path of the Python in the image."""
    python = ask(Path(sys.executable))
    assert python is not None
    return python.executable
