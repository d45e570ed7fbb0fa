"""What happened while a run ran: when, where, and how well it was observed."""

from __future__ import annotations

from typing import Literal

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "Container",
    "Coverage",
    "Host",
    "Names",
    "Resources",
    "Times",
    "Tracked",
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


class Container(Record, frozen=True, kw_only=True):
    """The container that the run was in; ``runtime`` is ``none`` where it was in none.

    ``id`` is that of the container, ``name`` the one it goes by, as far as they are seen from
    inside. ``image`` is the reference it was started from; ``image_id`` the digest of that image's
    configuration, where the runtime tells. ``pod``, its ``pod_id`` and ``namespace`` are those of
    Kubernetes.
    """

    runtime: Literal[
        "docker",
        "podman",
        "kubernetes",
        "containerd",
        "lxc",
        "systemd-nspawn",
        "apptainer",
        "other",
        "none",
    ]
    id: str = ""
    name: str = ""
    image: str = ""
    image_id: str = ""
    pod: str = ""
    pod_id: str = ""
    namespace: str = ""


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


class Tracked(Record, frozen=True, kw_only=True):
    """What the run logged of itself to a tracker: the last of ``count`` values, as text."""

    system: str
    kind: Literal["param", "metric"]
    name: str
    value: str
    count: int = 1
