"""Where container engines listen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from auditor.errors import EngineError
from auditor.model.record import Record
from auditor.replay.engines.tunnel import tunnel

__all__ = ["PODMAN", "SYSTEM", "Place", "client_at", "places"]

SYSTEM = "/var/run/docker.sock"
PODMAN = "/run/podman/podman.sock"
_OPTIONS: dict[str, Any] = {"timeout": 60, "version": "1.41"}  # seconds; until it tells its own


class Place(Record, frozen=True, kw_only=True):
    """An address, and how it is ``told``, if not as it is.

    ``chosen``: by the user's environment, which says how to speak to it as well.
    """

    address: str
    chosen: bool = False
    told: str = ""


def places(name: str = "auto") -> tuple[Place, ...]:
    """Return where an engine may listen, in the order in which they are to be asked.

    ``DOCKER_HOST`` or else the docker context in use: who has chosen means no other engine.
    Else the sockets of Docker, then of Podman, the system's and the user's. Where ``name`` is
    ``podman``, its sockets are asked besides a choice. Raises ``EngineError`` where the context
    does not exist.
    """
    chosen = _chosen()
    if chosen and name != "podman":
        return chosen
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    docker = () if name == "podman" else (SYSTEM, own / "docker.sock")
    sockets = (*docker, own / "podman" / "podman.sock", PODMAN)
    found = (Place(address=f"unix://{path}") for path in sockets if Path(path).exists())
    return (*chosen, *found)


def client_at(place: Place) -> tuple[Any, dict[str, Any]]:
    """Return a client of the SDK, and what the engine says of its version.

    Raises what the SDK raises where nobody answers, ``EngineError`` where ssh leads nowhere.
    """
    import docker  # noqa: PLC0415 - late: slow, and only replays need it

    client: Any
    if place.address.startswith("ssh://"):
        client = docker.DockerClient(base_url=tunnel(place.address), **_OPTIONS)
    elif place.chosen:  # with the certificates that go with it
        client = docker.from_env(**_OPTIONS)
    else:
        client = docker.DockerClient(base_url=place.address, **_OPTIONS)
    version = client.version(api_version=False)
    # The SDK would ask for all this just to know it, and Podman takes long to tell.
    client.api._version = version["ApiVersion"]  # noqa: SLF001 - it has no other way
    return client, version


def _chosen() -> tuple[Place, ...]:
    if host := os.environ.get("DOCKER_HOST"):
        return (Place(address=host, chosen=True),)
    from docker.context import ContextAPI  # noqa: PLC0415 - as above
    from docker.errors import DockerException  # noqa: PLC0415 - as above

    name = os.environ.get("DOCKER_CONTEXT")
    try:
        context = ContextAPI.get_context(name)
    except (DockerException, OSError, ValueError) as error:
        raise EngineError(f"the docker context {name} cannot be read: {error}") from None
    if context is None:
        raise EngineError(
            f"there is no docker context {name}", hint="docker context ls lists those there are"
        )
    if context.Name == "default" or not context.Host:
        return ()
    return (Place(address=context.Host, chosen=True),)
