"""What a replay will do, as data: image, lock, tree, variables, limits, and what it cannot do."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.digest import Digest
from auditor.model.facts import Stdin
from auditor.model.files import Files
from auditor.model.fingerprint import Unverified
from auditor.model.record import Record

__all__ = ["Base", "Limits", "Lock", "LockedWheel", "Mount", "Plan"]


class Base(Record, frozen=True, kw_only=True):
    """The image that the environment is installed in, which and why.

    ``kind`` *host*: made from scratch out of the interpreter that ran; *image*: ``reference``, as
    asked for or recorded; *registry*: ``reference``, the published image of that Python, by digest.
    ``python`` is the absolute path of the interpreter in it.
    """

    kind: Literal["host", "image", "registry"]
    reference: str
    reason: str
    python: str = ""


class LockedWheel(Record, frozen=True, kw_only=True):
    """One distribution file that will be installed: its file name and digest.

    ``kept``: it comes from no index, and is an object of the store.
    """

    name: str
    version: str
    file: str
    digest: Digest
    kept: bool = False


class Lock(Record, frozen=True, kw_only=True):
    """``requirements`` in pip-tools' format with hashes, ``pylock`` the same as PEP 751 has it.

    ``unlocked`` is what is not in it, ``remarks`` what is, but not just as it was installed.
    ``base`` is the digest of the published image that it was first installed in, if it was in one.
    """

    requirements: str
    pylock: str = ""
    wheels: tuple[LockedWheel, ...] = ()
    unlocked: tuple[Unverified, ...] = ()
    remarks: tuple[Unverified, ...] = ()
    base: Digest | None = None


class Mount(Record, frozen=True, kw_only=True):
    """A bind mount.

    ``source`` is ``tree:PATH`` inside the fresh tree, ``object:DIGEST`` in the store, or absolute.
    """

    source: str
    target: str
    read_only: bool


class Limits(Record, frozen=True, kw_only=True):
    """Enforced, ``None`` is no limit. Sizes in bytes, ``timeout`` in seconds.

    ``disk`` is what the run may write in all, ``file`` the size of one file, ``log`` what it may
    print on stdout and on stderr each, ``shm`` the size of /dev/shm, ``scratch`` that of /tmp and
    of the home, each. ``pids`` counts processes and threads, ``descriptors`` are those that one
    process may have open.
    """

    network: Literal["none", "bridge"] = "none"
    memory: int | None = None
    cpus: float | None = None
    pids: int = 4096
    timeout: float | None = None
    disk: int | None = None
    file: int | None = None
    log: int | None = None
    shm: int = 1 << 30
    scratch: int | None = None
    descriptors: int = 65536


class Plan(Record, frozen=True, kw_only=True):
    """A replay, ready to be carried out.

    ``files`` are laid out in a fresh tree from the store; ``directories`` are made in it, relative
    to its root. In an audit, very many files are an object of their own.
    ``names`` is the object with the names that were there besides, ``stdin`` what is read there.
    ``workdir`` and ``root`` are absolute in the container; ``argv`` is what is executed there.
    ``unhonoured`` is every recorded fact that this replay does not restore. ``policy`` is the
    digest of the one that the replays will be judged by. ``gpus`` is what the engine is asked for:
    ``all``, a number or ids. ``entropy`` is the object with what unseeded generators are to draw.
    ``flags`` are the options of ``docker run`` that hold a container as this replay's is held.
    """

    base: Base
    dockerfile: str
    lock: Lock
    argv: tuple[str, ...]
    root: str
    workdir: str
    user: str
    variables: dict[str, str]
    files: Files
    directories: tuple[str, ...]
    links: dict[str, str] = msgspec.field(default_factory=dict)
    mounts: tuple[Mount, ...]
    limits: Limits
    names: Digest | None = None
    stdin: Stdin = Stdin(kind="null")
    unhonoured: tuple[Unverified, ...] = ()
    policy: Digest | None = None
    gpus: str | None = None
    entropy: Digest | None = None
    flags: tuple[str, ...] = ()
