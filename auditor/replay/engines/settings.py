"""What a container is created with, in the words of the SDK's ``containers.create``."""

from __future__ import annotations

from typing import Any

from auditor.replay.engines import gpus
from auditor.replay.engines.interface import Container
from auditor.replay.engines.isolation import isolation
from auditor.replay.engines.labels import labelled

__all__ = ["settings_of"]


def settings_of(container: Container, gpu_support: str = "") -> dict[str, Any]:
    """Return all settings of a container; ``gpu_support`` as in ``Abilities``."""
    return {
        "entrypoint": [container.argv[0]],
        "command": list(container.argv[1:]),
        "user": container.user,
        "working_dir": container.workdir,
        "environment": container.variables,
        "mounts": _mounts(container),
        "hostname": "auditor",
        "labels": labelled("replay"),
        **isolation(container),
        **gpus.requests(container.gpus, gpu_support),
    }


def _mounts(container: Container) -> list[Any]:
    from docker.types import Mount  # noqa: PLC0415 - late: slow

    return [
        Mount(target=mount.target, source=mount.source, type="bind", read_only=mount.read_only)
        for mount in container.mounts
    ]
