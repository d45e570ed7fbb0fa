"""What happened while a run ran: when, where, on what, and how well it was observed."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "Arithmetic",
    "Coverage",
    "Cpu",
    "Entropy",
    "Fed",
    "GeneratorUse",
    "Gpu",
    "Gpus",
    "Host",
    "Names",
    "NetworkAccess",
    "NumericLibrary",
    "Process",
    "Program",
    "Programs",
    "Resources",
    "SharedLibrary",
    "Times",
    "Uncaught",
]


class GeneratorUse(Record, frozen=True, kw_only=True):
    """A generator drew without a seed: its start came from the operating system's entropy.

    ``site`` is ``file:line`` in user code, or empty where only the fact is known.
    """

    library: str
    function: str
    site: str
    count: int = 1


class Fed(Record, frozen=True, kw_only=True):
    """How much of another run's entropy a replay drew: ``used`` of ``offered`` values.

    ``fresh`` values it drew anew, for they had no counterpart.
    """

    used: int
    offered: int
    fresh: int


class Entropy(Record, frozen=True, kw_only=True):
    """What generators drew from the operating system's entropy, and what of it was written down.

    ``digest`` is the object that ``auditor.model.entropy`` reads, ``None`` where nothing was drawn;
    ``draws`` counts its values by function. ``unrecorded`` says what else was drawn, and why
    it is not there. ``fed`` is of a replay that was given what the original drew.
    """

    digest: Digest | None
    draws: dict[str, int] = msgspec.field(default_factory=dict)
    unrecorded: dict[str, str] = msgspec.field(default_factory=dict)
    fed: Fed | None = None


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


class Cpu(Record, frozen=True, kw_only=True):
    """``cores`` physical, ``threads`` logical, ``available`` to this process; sorted ``flags``."""

    model: str
    machine: str
    cores: int | None
    threads: int
    available: int
    flags: tuple[str, ...]


class Gpu(Record, frozen=True, kw_only=True):
    """One NVIDIA GPU as NVML names it; ``memory`` in bytes; ``capability`` as ``9.0``."""

    name: str
    memory: int | None
    capability: str | None
    architecture: str | None = None
    cores: int | None = None
    vbios: str | None = None
    ecc: bool | None = None
    mig: bool | None = None
    missing: dict[str, str] = msgspec.field(default_factory=dict)


class Gpus(Record, frozen=True, kw_only=True):
    """The GPUs that the driver shows; ``cuda`` is the newest CUDA that the driver supports."""

    driver: str | None
    cuda: str | None
    devices: tuple[Gpu, ...]


class NumericLibrary(Record, frozen=True, kw_only=True):
    """A numeric library that was loaded: its kind (openblas, mkl, openmp, …) and what it says."""

    kind: str
    file: str
    version: str | None = None
    kernel: str | None = None
    threads: int | None = None


class Arithmetic(Record, frozen=True, kw_only=True):
    """What decides the last bits: libraries, SIMD features in use, determinism flags.

    ``gpu`` is over all processes: *used*, *loaded*: the driver's library was in memory and nothing
    shows that a device was used, *unused*; ``None`` where that is not known.
    """

    libraries: tuple[NumericLibrary, ...] = ()
    simd: tuple[str, ...] = ()
    flags: dict[str, str] = msgspec.field(default_factory=dict)
    gpu: Literal["used", "loaded", "unused"] | None = None


class NetworkAccess(Record, frozen=True, kw_only=True):
    """An attempt to reach a host. ``port`` is ``None`` where only its name was looked up.

    ``seen`` says by which means: ``hook`` in a Python process, ``resolver``: a program of a replay
    without network asked for its address.
    """

    host: str
    port: int | None
    count: int = 1
    seen: str = "hook"


class Process(Record, frozen=True, kw_only=True):
    """A process of the run: a Python one seen from inside, or any other that was started."""

    argv: tuple[str, ...]
    executable: str
    python: bool


class Program(Record, frozen=True, kw_only=True):
    """A program or script of the system that was executed, and what tells it from another.

    ``path`` is how it was called, ``file`` the real file; ``interpreter`` how a script's was.
    ``digest`` is not known of what is very large: there ``build_id``, in hexadecimal digits, may
    be. ``package`` is the Debian or RPM package that the file belongs to, where one was asked.
    """

    path: str
    file: str
    starts: int
    digest: Digest | None
    interpreter: str = ""
    build_id: str = ""
    package: str = ""
    version: str = ""


class SharedLibrary(Record, frozen=True, kw_only=True):
    """A library of the system that was mapped, as ``Program`` has it."""

    file: str
    digest: Digest | None
    build_id: str = ""
    package: str = ""
    version: str = ""


class Programs(Record, frozen=True, kw_only=True):
    """What the run used of the system: nothing of the project, and nothing of its Python."""

    programs: tuple[Program, ...] = ()
    libraries: tuple[SharedLibrary, ...] = ()


class Uncaught(Record, frozen=True, kw_only=True):
    """An exception that ended a process; ``subject`` is the module, file or host it is about."""

    type: str
    message: str
    subject: str = ""


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
