"""Mounts of an engine that does not see this host's files: carried there and back.

One volume holds them all, each under its number. The container mounts them by where the engine
keeps the volume (``Mountpoint``), so that files, read-only and nested mounts are what they are on
an engine of this host.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from auditor.replay.engines.archive import pack, unpack
from auditor.replay.engines.failures import engine_errors
from auditor.replay.engines.interface import Container
from auditor.replay.engines.labels import labelled

__all__ = ["carried"]

_PLACE = "/auditor-carried"


@contextmanager
def carried(client: Any, container: Container) -> Iterator[Container]:  # noqa: ANN401 - the SDK has no types
    """Yield the container with mounts that the engine has; then fetch what was written.

    Where the block ends by an error, nothing is fetched. At most ``limits.disk`` bytes come back,
    or half of what is free here. Raises ``EngineError``, ``NotReplayedError``, ``MachineError``.
    """
    container = msgspec.structs.replace(container, processors="")  # numbers of this host's
    if not container.mounts:
        yield container
        return
    with _volume(client) as volume, _porter(client, container, volume.name) as porter:
        sources = {str(n): Path(mount.source) for n, mount in enumerate(container.mounts)}
        with engine_errors("carrying the files of the replay to it"):
            client.api.put_archive(porter, _PLACE, pack(sources))
        there = volume.attrs["Mountpoint"]
        mounts = tuple(
            msgspec.structs.replace(mount, source=f"{there}/{n}")
            for n, mount in enumerate(container.mounts)
        )
        yield msgspec.structs.replace(container, mounts=mounts)
        for n, mount in enumerate(container.mounts):
            if not mount.read_only:
                _fetch(client, porter, f"{_PLACE}/{n}", Path(mount.source), container.limits.disk)


def _fetch(client: Any, porter: str, place: str, folder: Path, most: int | None) -> None:  # noqa: ANN401
    with engine_errors("fetching what the replay left"):
        chunks, _stat = client.api.get_archive(porter, place)
    unpack(_heard(chunks), folder, most or shutil.disk_usage(folder).free // 2)


def _heard(chunks: Iterable[bytes]) -> Iterator[bytes]:
    with engine_errors("fetching what the replay left"):
        yield from chunks


@contextmanager
def _volume(client: Any) -> Iterator[Any]:  # noqa: ANN401 - the SDK has no types
    with engine_errors("making a volume"):
        volume = client.volumes.create(labels=labelled("files"))
    try:
        yield volume
    finally:
        with _quietly():
            volume.remove(force=True)


@contextmanager
def _porter(client: Any, container: Container, volume: str) -> Iterator[str]:  # noqa: ANN401 - as above
    """Make the container that files go through; it is never started."""
    from docker.types import Mount  # noqa: PLC0415 - late: slow

    with engine_errors("making a container to carry files through"):
        porter = client.containers.create(
            container.image,
            [_PLACE],
            user=container.user,
            network_mode="none",
            mounts=[Mount(target=_PLACE, source=volume, type="volume")],
            labels=labelled("files"),
        )
    try:
        yield porter.id
    finally:
        with _quietly():
            porter.remove(force=True, v=True)


@contextmanager
def _quietly() -> Iterator[None]:
    from docker.errors import DockerException  # noqa: PLC0415 - late: slow
    from requests import RequestException  # noqa: PLC0415 - late: slow

    # Where the engine is gone, its error is on its way; clean() removes what stays.
    with suppress(DockerException, RequestException):
        yield
