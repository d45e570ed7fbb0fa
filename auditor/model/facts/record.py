"""What happened while a run ran: when, where, and how well it was observed."""

from __future__ import annotations

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "Coverage",
    "Host",
    "Names",
    "Resources",
    "Times",
]


class Times(Record, frozen=True, kw_only=True):
    """RFC 3339 in UTC; ``duration`` in seconds by a monotonic clock."""

    started: str
    finished: str | None
    duration: float | None


class Host(Record, frozen=True, kw_only=True):
    """Where the run was: names and kernel release; ``home`` as passwd names it."""

    name: str
    user: str
    kernel: str
    home: str = ""


class Resources(Record, frozen=True, kw_only=True):
    """CPU seconds of the process tree; ``peak_memory`` in bytes of its largest process."""

    user: float
    system: float
    peak_memory: int


class Names(Record, frozen=True, kw_only=True):
    """What was there when the run started, by name.

    That is the project but for caches, repositories and virtual environments, and the folders
    outside it that the run listed. ``digest`` is the object that ``auditor.model.names`` reads.
    """

    digest: Digest
    files: int
    folders: int


class Coverage(Record, frozen=True, kw_only=True):
    """How the run was observed, and where the observer is blind."""

    tracer: str
    python_processes: int
    blind: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    temporary: int = 0
