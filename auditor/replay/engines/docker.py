"""Docker Engine through its SDK."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar

from auditor.errors import EngineError
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Limits
from auditor.replay.engines.abilities import Abilities, gpu_support, is_rootless, lacking
from auditor.replay.engines.carry import carried
from auditor.replay.engines.containers import run
from auditor.replay.engines.failures import engine_errors
from auditor.replay.engines.images import DockerImages
from auditor.replay.engines.interface import Container, Ended
from auditor.replay.engines.removal import remove_images, remove_mine, remove_orphans
from auditor.replay.engines.settings import settings_of
from auditor.replay.engines.sharing import shares_files

__all__ = ["Docker"]

_FETCHED = "what the run wrote on the engine's machine is bounded only when it is fetched"
_EVERYTHING = Limits(memory=1, cpus=1.0)


class Docker:
    """A Docker engine that answered; safe for use by several threads."""

    name: ClassVar[str] = "Docker"

    def __init__(self, client: Any, version: str = "", place: str = "") -> None:  # noqa: ANN401 - the SDK has no types of its own
        self._client = client
        self._version = version
        self._place = place
        self._stopped = False
        self.images = DockerImages(client)

    def describe(self) -> str:
        """Return its version and where it listens."""
        return f"{self.name} {self._version} at {self._place}"

    def abilities(self) -> Abilities:
        """Return what it is and can do. Raises ``EngineError``."""
        return Abilities(
            name=self.name,
            version=self._version,
            place=self._place,
            rootless=is_rootless(self._info),
            shares_files=self._shares_files,
            gpus=gpu_support(self._info),
            memory=int(self._info.get("MemTotal") or 0),
            processors=int(self._info.get("NCPU") or 0),
            lacks=lacking(self._info, _EVERYTHING),
        )

    def unenforced(self, limits: Limits) -> tuple[Unverified, ...]:
        """Return those of ``limits`` that it cannot enforce. Raises ``EngineError``."""
        rows = lacking(self._info, limits)
        if limits.disk is None or self._shares_files:
            return rows
        return (*rows, Unverified(subject="limits.disk", reason=_FETCHED))

    def run(self, container: Container) -> Ended:
        """Run a container to its end, and remove it, whatever happens."""
        if self._stopped:
            raise EngineError("the replay was given up")
        if self._shares_files:
            return run(self._client, container, self._create)
        with carried(self._client, container) as there:
            return run(self._client, there, self._create)

    def stop(self) -> None:
        """Kill all containers of this process, those too that are about to start."""
        self._stopped = True
        from docker.errors import DockerException  # noqa: PLC0415 - late: slow
        from requests import RequestException  # noqa: PLC0415 - late: slow

        with suppress(DockerException, RequestException):
            remove_mine(self._client)

    def clean(self, *, images: bool) -> tuple[int, int]:
        """Remove what is left of processes that are gone, and cached images if asked.

        Returns how many containers and images. Raises ``EngineError``.
        """
        with engine_errors("removing what was left over"):
            removed = remove_orphans(self._client)
            return removed, remove_images(self._client) if images else 0

    def _create(self, container: Container, name: str) -> Any:  # noqa: ANN401 - the SDK's
        gpus = gpu_support(self._info) if container.gpus is not None else ""
        return self._client.containers.create(
            container.image, name=name, **settings_of(container, gpus)
        )

    @cached_property
    def _info(self) -> dict[str, Any]:
        with engine_errors("telling what it can do"):
            info: dict[str, Any] = self._client.info()
        return info

    @cached_property
    def _shares_files(self) -> bool:
        return shares_files(self._client)
