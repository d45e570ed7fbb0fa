"""Podman through its API socket, which answers the Docker SDK.

What it takes differs in little: https://docs.podman.io/en/v4.3/_static/api.html (compat API).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import msgspec

from auditor.replay.engines.abilities import Abilities
from auditor.replay.engines.docker import Docker
from auditor.replay.engines.gpus import cdi_names
from auditor.replay.engines.interface import Container
from auditor.replay.engines.settings import settings_of
from auditor.replay.engines.specification import create

__all__ = ["Podman", "is_podman"]

_PROCESSES = Path("/proc/sys/kernel/pid_max")
_SPECIFICATIONS = (Path("/etc/cdi"), Path("/var/run/cdi"))  # the Container Device Interface's own


def is_podman(version: dict[str, Any]) -> bool:
    """Say whether what answered ``GET /version`` is Podman."""
    parts = version.get("Components") or ()
    return any(part.get("Name") == "Podman Engine" for part in parts)


class Podman(Docker):
    """A Podman service that answered."""

    name: ClassVar[str] = "Podman"

    def abilities(self) -> Abilities:
        """Return what it is and can do: it gives GPUs where CDI describes them to it."""
        can = super().abilities()
        described = can.shares_files and any(
            "nvidia" in path.name for folder in _SPECIFICATIONS for path in folder.glob("*")
        )
        return msgspec.structs.replace(can, gpus="cdi" if described else "")

    def _create(self, container: Container, name: str) -> Any:  # noqa: ANN401 - the SDK's
        devices = [] if container.gpus is None else cdi_names(container.gpus)
        settings = {**_taken(container), "name": name}
        return create(self._client, container.image, settings, devices)


def _taken(container: Container) -> dict[str, Any]:
    """Return the settings as Podman takes them."""
    settings = settings_of(msgspec.structs.replace(container, gpus=None))
    settings["tmpfs"] = {
        # It makes these writable beside a read-only root, unless told otherwise.
        "/var/tmp": "ro,nosuid,nodev,noexec",  # noqa: S108 - in the container
        "/run": "rw,nosuid,nodev,exec,mode=0755",  # where its init is put
        **{folder: _owned(options) for folder, options in settings["tmpfs"].items()},
    }
    settings["ulimits"] = [_limit(limit) for limit in settings["ulimits"]]
    return settings


def _owned(options: str) -> str:
    """Return the options of a tmpfs without its owner, and ``U``: that of who runs there."""
    kept = [one for one in options.split(",") if not one.startswith(("uid=", "gid="))]
    return ",".join((*kept, "U"))


def _limit(limit: Any) -> Any:  # noqa: ANN401 - the SDK has no types
    """Lower the number of processes to what a service of Podman has itself: it cannot give more."""
    from docker.types import Ulimit  # noqa: PLC0415 - late: slow

    if limit.name != "nproc":
        return limit
    most = min(limit.hard, int(_PROCESSES.read_text()))
    return Ulimit(name=limit.name, soft=most, hard=most)
