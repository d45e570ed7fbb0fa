"""What a run was made from: command, code, interpreter, dependencies, image, seeds, stdin."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "Command",
    "Distribution",
    "Edited",
    "Git",
    "Image",
    "Interpreter",
    "Locale",
    "Origin",
    "Seed",
    "Stdin",
    "System",
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
    """Where a distribution came from (PEP 610, or conda's own), credentials stripped from ``url``.

    ``digest`` is that of the file it was installed from, ``md5`` where conda knew no better.
    ``commit`` is that of a repository; of an editable install, the one its folder was at, and
    ``tree`` the digest of the paths and contents there.
    """

    url: str
    kind: Literal["vcs", "archive", "directory", "conda"]
    editable: bool = False
    commit: str | None = None
    digest: Digest | None = None
    tree: Digest | None = None
    md5: str | None = None


class Edited(Record, frozen=True, kw_only=True):
    """A file of a distribution that is not as it was installed; no ``digest``: it is gone."""

    path: str
    digest: Digest | None


class Distribution(Record, frozen=True, kw_only=True):
    """One installed distribution; ``name`` normalised (PEP 503).

    ``digest`` is over the rows of RECORD (path, hash) less what an installer writes: ``.pyc``,
    RECORD, INSTALLER, REQUESTED, ``direct_url.json``, and scripts outside site-packages. ``None``
    with a ``reason`` where there is no RECORD. ``edited`` are the first of the files that were
    changed in place since, whose rows in ``digest`` are what they contain now. ``imported``: a
    module of it was in memory when a Python process ended; ``None``: that is not known.
    """

    name: str
    version: str
    digest: Digest | None
    origin: Origin | None = None
    installer: str = ""
    requested: bool = False
    reason: str = ""
    edited: tuple[Edited, ...] = ()
    imported: bool | None = None


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
