"""Docker Engine through its SDK."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from auditor.errors import EngineError
from auditor.replay.engines.containers import OWNER, run
from auditor.replay.engines.failures import engine_errors, root_cause
from auditor.replay.engines.images import DockerImages
from auditor.replay.engines.interface import Container, Ended
from auditor.replay.owner import is_orphan, owner

__all__ = ["Docker", "connect"]

_SECONDS = 60
_REPOSITORIES = ("auditor/env", "auditor/base")


class Docker:
    """A Docker engine that answered."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types of its own
        self._client = client
        self.images = DockerImages(client)

    def describe(self) -> str:
        """Return its version and where it listens. Raises ``EngineError``."""
        with engine_errors("telling its version"):
            version = self._client.version()
        return f"Docker {version['Version']} at {self._client.api.base_url}"

    def run(self, container: Container) -> Ended:
        """Run a container to its end, and remove it, whatever happens."""
        return run(self._client, container)

    def stop(self) -> None:
        """Kill all containers of this process, those too that are about to start."""
        from docker.errors import DockerException  # noqa: PLC0415 - slow, and only replays need it
        from requests import RequestException  # noqa: PLC0415 - slow, as above

        with suppress(DockerException, RequestException):
            filters = {"label": f"{OWNER}={owner()}"}
            for container in self._client.containers.list(
                all=True, ignore_removed=True, filters=filters
            ):
                with suppress(DockerException):
                    container.remove(force=True, v=True)

    def clean(self, *, images: bool) -> tuple[int, int]:
        """Remove containers whose owner is gone, and cached images if asked; return how many."""
        with engine_errors("removing what was left over"):
            containers = self._client.containers.list(
                all=True, ignore_removed=True, filters={"label": OWNER}
            )
            orphans = [item for item in containers if is_orphan(item.labels[OWNER])]
            for container in orphans:
                container.remove(force=True, v=True)
            return len(orphans), self._remove_images() if images else 0

    def _remove_images(self) -> int:
        from docker.errors import APIError  # noqa: PLC0415 - slow, and only replays need it

        removed = 0
        for repository in _REPOSITORIES:
            for image in self._client.images.list(repository):
                for tag in image.tags:
                    with suppress(APIError):  # in use by a replay that is going on
                        self._client.images.remove(tag)
                        removed += 1
        return removed


def connect() -> Docker:
    """Return the first Docker engine that answers. Raises ``EngineError``.

    Asked in this order: ``DOCKER_HOST``, the current docker context, the rootless socket.
    """
    import docker  # noqa: PLC0415 - slow, and only replays need it
    from docker.errors import DockerException  # noqa: PLC0415 - as above
    from requests import RequestException  # noqa: PLC0415 - as above

    last = ""
    for host in _hosts():
        try:
            client = _client(docker, host)
            client.ping()
            return Docker(client)
        except (DockerException, RequestException, OSError) as error:
            last = root_cause(error)
    place = os.environ.get("DOCKER_HOST") or "its socket"
    raise EngineError(
        f"no container engine answers at {place}: {last}",
        hint="auditor doctor says what to install or start",
    )


def _hosts() -> tuple[str | None, ...]:
    rootless = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent") / "docker.sock"
    return (None, f"unix://{rootless}") if rootless.exists() else (None,)


def _client(docker: Any, host: str | None) -> Any:  # noqa: ANN401 - the SDK has no types
    if host is None:
        return docker.from_env(timeout=_SECONDS)
    return docker.DockerClient(base_url=host, timeout=_SECONDS)
