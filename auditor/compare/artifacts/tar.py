"""Tar archives: members by name; their order, times and owners mean nothing.

Links are compared by where they lead and never followed; nothing is extracted by its name.
"""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.values.difference import Found
from auditor.compare.values.members import MAX_MEMBERS, Member, compare_members

__all__ = ["Tar"]

_MAGIC = slice(257, 262)
_SEEN: dict[str, Callable[[tarfile.TarInfo], object]] = {
    "times": lambda one: one.mtime,
    "owners": lambda one: (one.uid, one.gid, one.uname, one.gname),
    "permissions": lambda one: one.mode & 0o777,
}


class Tar:
    """Compares what the members are, each by what knows it."""

    name = "archive members"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.tar``, and what has the mark of tar archives."""
        return path.lower().endswith(".tar") or head[_MAGIC] == b"ustar"

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two archives. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        try:
            with tarfile.open(a, "r:") as left, tarfile.open(b, "r:") as right:
                _compare(left, right, scope, found)
        except (tarfile.TarError, EOFError, OSError, MemoryError) as error:
            raise Unreadable(f"not a readable archive: {error}") from None
        except (ValueError, OverflowError, LookupError, RecursionError, TypeError) as error:
            raise Unreadable(f"not a readable archive: {error}") from None
        return found.result()


def _compare(left: tarfile.TarFile, right: tarfile.TarFile, scope: Scope, found: Found) -> None:
    one, other = _infos(left), _infos(right)
    members = [
        {name: _member(archive, info) for name, info in infos.items()}
        for archive, infos in ((left, one), (right, other))
    ]
    compare_members(members[0], members[1], scope, found)
    for what, read in _SEEN.items():
        if any(read(one[name]) != read(other[name]) for name in {*one} & {*other}):
            found.note(f"{what} of members differ")


def _infos(archive: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    named: dict[str, tarfile.TarInfo] = {}
    last = -1
    while (info := archive.next()) is not None:
        # A header that leads back would be read for ever.
        if info.offset <= last or info.size < 0:
            raise Unreadable("the headers of the archive do not follow each other")
        last = info.offset
        if info.name in named:
            raise Unreadable("a member appears twice")
        if len(named) >= MAX_MEMBERS:
            raise Undecided(f"more than the {MAX_MEMBERS} members that are read")
        named[info.name] = info
    return named


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    if info.isdir():
        return Member(kind="folder")
    if info.issym() or info.islnk():
        kind = "symbolic" if info.issym() else "hard"
        return Member(kind="link", target=f"{info.linkname} ({kind})")
    if not info.isreg():
        return Member(kind="other", target=f"type {info.type!r}")
    opened = cast(
        "Callable[[], AbstractContextManager[BinaryIO]]", partial(archive.extractfile, info)
    )
    executable = bool(info.mode & stat.S_IXUSR)
    return Member(kind="file", size=info.size, executable=executable, opened=opened)
