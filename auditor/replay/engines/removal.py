"""Remove from an engine what processes left that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditor.replay.engines.labels import BUILD, OWNER, owner_of_build
from auditor.replay.engines.sharing import PROBE
from auditor.replay.running.owner import is_orphan, owner

__all__ = ["remove_images", "remove_mine", "remove_orphans"]

_REPOSITORIES = ("auditor/env", "auditor/base", PROBE)
"""Those of images that are cached; any of them can be made again."""


def remove_orphans(client: Any) -> int:  # noqa: ANN401 - the SDK has no types of its own
    """Remove containers, volumes and half-built images of processes that are gone.

    Returns how many containers. Raises what the SDK raises.
    """
    # Not by the mark of a build: what a person runs of a finished image has it as well, and the
    # engine itself removes the containers of a build that nobody follows any more.
    orphans = [item for item in _containers(client, OWNER) if is_orphan(item.labels[OWNER])]
    for container in orphans:
        with _unless_gone():
            container.remove(force=True, v=True)
    for volume in client.volumes.list(filters={"label": OWNER}):
        if is_orphan((volume.attrs.get("Labels") or {}).get(OWNER, "")):
            with _unless_gone():
                volume.remove(force=True)
    for image in client.api.images(filters={"dangling": True, "label": BUILD}):
        if is_orphan(owner_of_build(image["Labels"][BUILD])):
            with _unless_gone():
                client.api.remove_image(image["Id"], noprune=False)
    return len(orphans)


def remove_mine(client: Any) -> None:  # noqa: ANN401 - as above
    """Remove the containers of this process, so that whoever waits for one is done."""
    for container in _containers(client, f"{OWNER}={owner()}"):
        with _unless_gone():
            container.remove(force=True, v=True)


def remove_images(client: Any) -> int:  # noqa: ANN401 - as above
    """Remove the images that are cached and not in use; return how many names they had."""
    removed = 0
    for repository in _REPOSITORIES:
        for image in client.images.list(repository):
            for tag in image.tags:
                with _unless_gone():
                    client.images.remove(tag)
                    removed += 1
    return removed


def _containers(client: Any, label: str) -> list[Any]:  # noqa: ANN401 - as above
    found = client.containers.list(all=True, ignore_removed=True, filters={"label": label})
    return list(found)


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Go on where somebody else removes it, or uses it."""
    from docker.errors import APIError  # noqa: PLC0415 - late: slow

    try:
        yield
    except APIError as error:
        if error.status_code not in {404, 409}:
            raise
