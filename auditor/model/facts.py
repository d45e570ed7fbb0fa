"""The nouns of a fingerprint: what a run was, stood on, and left."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "Arithmetic",
    "Command",
    "Coverage",
    "Cpu",
    "Distribution",
    "Exit",
    "GeneratorUse",
    "Git",
    "Gpu",
    "Gpus",
    "Host",
    "Image",
    "Interpreter",
    "Locale",
    "Metric",
    "Names",
    "NetworkAccess",
    "NumericLibrary",
    "Origin",
    "Process",
    "Resources",
    "Seed",
    "Stdin",
    "Stream",
    "System",
    "Times",
    "Uncaught",
    "Variables",
]


class Command(Record, frozen=True, kw_only=True):
    """What was executed. ``cwd`` is POSIX, relative to the project root (``.`` is the root)."""

    argv: tuple[str, ...]
    cwd: str = "."


class Git(Record, frozen=True, kw_only=True):
    """The repository at the start of the run. ``patch`` is the object of ``git diff HEAD``."""

    commit: str | None
    branch: str | None
    remote: str | None
    dirty: bool
    patch: Digest | None = None
    untracked: tuple[str, ...] = ()


class Interpreter(Record, frozen=True, kw_only=True):
    """The Python that ran, as it described itself.

    ``tag`` is its ``sys.implementation.cache_tag``, ``soabi`` that of its extensions, ``platform``
    what ``sysconfig.get_platform()`` says. ``project_path`` are the entries of ``sys.path`` in
    the project, relative to its root, that a replay must add. ``hash_randomised``: the order of
    sets of strings
    was drawn anew.
    """

    implementation: str
    version: str
    build: str
    executable: str
    prefix: str
    base_prefix: str
    tag: str
    soabi: str
    platform: str
    project_path: tuple[str, ...] = ()
    hash_randomised: bool = True


class System(Record, frozen=True, kw_only=True):
    """Operating system: ``distribution`` is PRETTY_NAME of os-release; ``machine`` as uname."""

    system: str
    distribution: str
    machine: str


class Locale(Record, frozen=True, kw_only=True):
    """``category``: LC_ALL, else LC_CTYPE, else LANG, as in effect; encodings as Python saw."""

    category: str
    preferred_encoding: str
    filesystem_encoding: str


class Variables(Record, frozen=True, kw_only=True):
    """Environment variables: values of the allow-listed ones, only names of the others.

    ``read`` are those of the others that the run was seen to read, and where (``file:line`` in user
    code, or empty).
    """

    values: dict[str, str]
    withheld: tuple[str, ...] = ()
    read: dict[str, str] = msgspec.field(default_factory=dict)


class Origin(Record, frozen=True, kw_only=True):
    """Where a distribution came from (PEP 610), credentials stripped from ``url``."""

    url: str
    kind: Literal["vcs", "archive", "directory"]
    editable: bool = False
    commit: str | None = None
    digest: Digest | None = None


class Distribution(Record, frozen=True, kw_only=True):
    """One installed distribution; ``name`` normalised (PEP 503).

    ``digest`` is over the rows of RECORD (path, hash) less what an installer writes: ``.pyc``,
    RECORD, INSTALLER, REQUESTED, ``direct_url.json``, and scripts outside site-packages. ``None``
    with a ``reason`` where there is
    no RECORD.
    """

    name: str
    version: str
    digest: Digest | None
    origin: Origin | None = None
    installer: str = ""
    requested: bool = False
    reason: str = ""


class Image(Record, frozen=True, kw_only=True):
    """A container image. ``layers`` are the diff ids of its file systems; ``platform`` os/arch."""

    reference: str
    id: str
    repo_digests: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    platform: str = ""


class Seed(Record, frozen=True, kw_only=True):
    """A generator was seeded: ``function`` with ``value``, first at ``site`` (``file:line``)."""

    library: str
    function: str
    value: str
    site: str
    count: int = 1


class GeneratorUse(Record, frozen=True, kw_only=True):
    """A generator drew without a seed: its start came from the operating system's entropy.

    ``site`` is ``file:line`` in user code, or empty where only the fact is known.
    """

    library: str
    function: str
    site: str
    count: int = 1


class Metric(Record, frozen=True, kw_only=True):
    """A scalar result. ``name`` is a JSON Pointer (RFC 6901) into ``file``, or a tracker's name.

    ``type`` keeps whether it was an integer, which JSON's numbers lose.
    """

    name: str
    value: float
    type: Literal["int", "float"] = "float"
    file: str = ""


class Stream(Record, frozen=True, kw_only=True):
    """What the command wrote to stdout or stderr. ``size`` in bytes; ``kept`` as in ``File``."""

    digest: Digest
    size: int
    kept: bool


class Stdin(Record, frozen=True, kw_only=True):
    """What the command took from its standard input.

    ``null``: there was nothing to read; a ``terminal`` and what is ``other`` (a socket, a device)
    are not recorded: then ``digest`` and ``size`` are ``None``. ``asked``: it was seen to ask for a
    line. ``size`` in bytes; ``kept`` as in ``File``.
    """

    kind: Literal["null", "terminal", "pipe", "file", "other"]
    digest: Digest | None = None
    size: int | None = None
    kept: bool = False
    asked: bool = False


class Exit(Record, frozen=True, kw_only=True):
    """How the command ended. ``code`` as the shell sees it; ``signal`` is a name like SIGKILL.

    ``interrupted``: a person's Ctrl-C or a termination request was passed on to it, ``killed``:
    a signal ended it, ``out-of-memory`` and ``timed-out``: a limit ended it.
    """

    status: Literal["succeeded", "failed", "interrupted", "killed", "out-of-memory", "timed-out"]
    code: int | None
    signal: str | None = None


class Times(Record, frozen=True, kw_only=True):
    """RFC 3339 in UTC; ``duration`` in seconds by a monotonic clock."""

    started: str
    finished: str | None
    duration: float | None


class Host(Record, frozen=True, kw_only=True):
    """Where the run was: names and kernel release."""

    name: str
    user: str
    kernel: str


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
    """What decides the last bits: libraries, SIMD features in use, determinism flags."""

    libraries: tuple[NumericLibrary, ...] = ()
    simd: tuple[str, ...] = ()
    flags: dict[str, str] = msgspec.field(default_factory=dict)


class NetworkAccess(Record, frozen=True, kw_only=True):
    """An attempt to reach a host. ``port`` is ``None`` for a name look-up."""

    host: str
    port: int | None
    count: int = 1


class Process(Record, frozen=True, kw_only=True):
    """A process of the run: a Python one seen from inside, or a child it started."""

    argv: tuple[str, ...]
    executable: str
    python: bool


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
