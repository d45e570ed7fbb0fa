"""What ran: processes, programs and libraries of the system, the network, uncaught errors."""

from __future__ import annotations

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "NetworkAccess",
    "Process",
    "Program",
    "Programs",
    "SharedLibrary",
    "Uncaught",
]


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
