"""What a container engine must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from auditor.model.facts import Image
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Limits, Mount
from auditor.model.record import Record
from auditor.replay.engines.abilities import Abilities
from auditor.replay.engines.published import Published

__all__ = ["Container", "Ended", "Engine", "Images"]


class Container(Record, frozen=True, kw_only=True):
    """A container to run once, locked down: no capability, no new privileges, read-only root.

    ``mounts`` have absolute sources. ``scratch`` are folders in memory that ``user`` may write
    to. ``gpus`` as in ``Plan``. ``processors`` are those it may use, like ``0-1``; empty: any.
    ``talk``: what it prints is wanted, and bounded. ``watch`` is called about twice a second while
    it runs, and says why it must be killed, or ``""``.
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
    watch: Callable[[], str] | None = None


class Ended(Record, frozen=True, kw_only=True):
    """How a container ended. ``output`` is what it printed, if that was wanted.

    ``stopped`` is what its watch said when it was killed for it.
    """

    code: int
    out_of_memory: bool = False
    timed_out: bool = False
    output: str = ""
    stopped: str = ""


class Images(Protocol):
    """The images of an engine."""

    def find(self, reference: str) -> Image | None:
        """Return an image that the engine has, or ``None``; never asks a registry."""
        ...

    def pull(self, reference: str) -> Image:
        """Fetch an image from its registry. Raises ``NotReplayedError``."""
        ...

    def published(self, reference: str, seconds: float) -> Published:
        """Ask a registry, for so long at most, what it has under a name; nothing is fetched."""
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

    def abilities(self) -> Abilities:
        """Return what it is and can do."""
        ...

    def unenforced(self, limits: Limits) -> tuple[Unverified, ...]:
        """Return what of ``limits`` it cannot enforce, with the reason."""
        ...

    def run(self, container: Container) -> Ended:
        """Run a container to its end, and remove it, whatever happens.

        Raises ``NotReplayedError`` where the engine refuses to start it.
        """
        ...

    def stop(self) -> None:
        """End all containers of this process and start none any more; never raises.

        For other threads than those that wait in ``run``, which comes to its end.
        """
        ...

    def clean(self, *, images: bool) -> tuple[int, int]:
        """Remove containers whose owner is gone, and cached images if asked; return how many."""
        ...
