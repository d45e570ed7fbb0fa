"""What a place that may hold a run's large files must be able to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from auditor.model.digest import Digest
from auditor.model.files import File
from auditor.model.record import Record
from auditor.replay.options import Options
from auditor.store.objects import Objects

__all__ = ["Context", "Source", "Wanted"]


class Wanted(Record, frozen=True, kw_only=True):
    """A file that the store does not hold.

    ``kind`` is ``input`` or ``source``; ``path`` as recorded, ``place`` the same, absolute;
    ``size`` in bytes.
    """

    kind: str
    path: str
    place: str
    digest: Digest
    size: int | None


class Context(Record, frozen=True, kw_only=True):
    """What a source may look at.

    ``root`` is the recorded project root and ``source`` the run's source files: both come from
    the fingerprint, and only with ``options.trusted`` from this host. ``cache`` is auditor's own.
    """

    root: str
    source: tuple[File, ...]
    objects: Objects
    options: Options
    cache: Path

    @property
    def projects(self) -> tuple[Path, ...]:
        """Folders whose own caches may be looked into: that of the store, and a trusted root."""
        here = self.objects.folder.absolute().parent.parent  # PROJECT/.auditor/objects
        there = Path(self.root)
        return (here, there) if self.options.trusted and there != here else (here,)


class Source(Protocol):
    """One kind of place; made once a replay from a ``Context``."""

    def offers(self, wanted: Wanted) -> Iterator[str]:
        """Yield where the content may lie: absolute paths of this host, and URLs.

        None of it is verified: only what has the recorded digest is taken. What the fingerprint
        says may be looked up, and must never become an address by itself.
        """
        ...
