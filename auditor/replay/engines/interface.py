"""What a container engine must be able to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from auditor.model.facts import Image
from auditor.model.plan import Limits, Mount
from auditor.model.record import Record

__all__ = ["Container", "Ended", "Engine", "Images"]


class Container(Record, frozen=True, kw_only=True):
    """A container to run once, locked down: no capability, no new privileges, read-only root.

    ``mounts`` have absolute sources. ``scratch`` are folders in memory that ``user`` may write
    to. ``gpus`` as in ``Plan``. ``processors`` are those it may use, like ``0-1``; empty: any.
    ``talk``: what it prints is wanted, and bounded.
    """

    image: str
    argv: tuple[str, ...]
    user: str
    workdir: str = "/"
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    scratch: tuple[str, ...] = ("/tmp",)  # noqa: S108 - in the container
    limits: Limits = Limits()
    gpus: str | None = None
    processors: str = ""
    talk: bool = False


class Ended(Record, frozen=True, kw_only=True):
    """How a container ended. ``output`` is what it printed, if that was wanted."""

    code: int
    out_of_memory: bool = False
    timed_out: bool = False
    output: str = ""


class Images(Protocol):
    """The images of an engine."""

    def find(self, reference: str) -> Image | None:
        """Return an image that the engine has, or ``None``; never asks a registry."""
        ...

    def pull(self, reference: str) -> Image:
        """Fetch an image from its registry. Raises ``NotReplayedError``."""
        ...

    def load(self, tar: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
        """Make an image of one layer from a tar stream."""
        ...

    def build(self, context: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
        """Build an image from a tar stream with a Dockerfile; leaves nothing else behind.

        Raises ``NotReplayedError`` where the build fails.
        """
        ...


class Engine(Protocol):
    """A container engine. Every method raises ``EngineError`` where it has gone away."""

    @property
    def images(self) -> Images:
        """Return the engine's images."""
        ...

    def describe(self) -> str:
        """Return its name and version in one line."""
        ...

    def run(self, container: Container) -> Ended:
        """Run a container to its end, and remove it, whatever happens.

        Raises ``NotReplayedError`` where the engine refuses to start it.
        """
        ...

    def stop(self) -> None:
        """End all containers of this process, so that each ``run`` comes to its end; never raises.

        For other threads than those that wait in ``run``.
        """
        ...

    def clean(self, *, images: bool) -> tuple[int, int]:
        """Remove containers whose owner is gone, and cached images if asked; return how many."""
        ...
