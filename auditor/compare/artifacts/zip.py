"""Zip archives: members by name; their order, times and compression mean nothing."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from lzma import LZMAError
from pathlib import Path
from typing import BinaryIO, cast

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.values.difference import Found
from auditor.compare.values.members import MAX_MEMBERS, MAX_RATIO, SUSPECT, Member, compare_members

__all__ = ["Zip"]

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_LONGEST_TARGET = 4096
_ENCRYPTED = 1
_SEEN: dict[str, Callable[[zipfile.ZipInfo], object]] = {
    "times": lambda one: one.date_time,
    "compression": lambda one: one.compress_type,
    "extra fields": lambda one: (one.extra, one.comment),
    "permissions": lambda one: (one.external_attr >> 16) & 0o777,
}


class Zip:
    """Compares what the members are, each by what knows it."""

    name = "archive members"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.zip``, ``.whl``, ``.jar``, and what starts as zip archives do."""
        return path.lower().endswith((".zip", ".whl", ".jar")) or head.startswith(_MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two archives. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        try:
            with zipfile.ZipFile(a) as left, zipfile.ZipFile(b) as right:
                _compare(left, right, scope, found)
        except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, ValueError) as error:
            raise Unreadable(f"not a readable archive: {error}") from None
        except (NotImplementedError, RuntimeError) as error:
            raise Undecided(f"an archive that cannot be unpacked here: {error}") from None
        except (OSError, OverflowError, MemoryError) as error:
            raise Unreadable(f"not a readable archive: {error}") from None
        return found.result()


def _compare(left: zipfile.ZipFile, right: zipfile.ZipFile, scope: Scope, found: Found) -> None:
    one, other = _infos(left), _infos(right)
    compare_members(_members(left, one), _members(right, other), scope, found)
    for what, read in _SEEN.items():
        if any(read(one[name]) != read(other[name]) for name in {*one} & {*other}):
            found.note(f"{what} of members differ")
    if left.comment != right.comment:
        found.note("the comment of the archive differs")


def _infos(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Undecided(f"{len(infos)} members are more than the {MAX_MEMBERS} that are read")
    named = {info.filename: info for info in infos}
    if len(named) != len(infos):
        raise Unreadable("a member appears twice")
    for info in infos:
        if info.flag_bits & _ENCRYPTED:
            raise Undecided(f"{info.filename} is encrypted")
        if info.file_size > max(SUSPECT, MAX_RATIO * info.compress_size):
            raise Undecided(f"{info.filename} unpacks to {info.file_size} bytes")
    return named


def _members(archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo]) -> dict[str, Member]:
    return {name: _member(archive, info) for name, info in infos.items()}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    mode = info.external_attr >> 16
    if info.is_dir():
        return Member(kind="folder")
    if stat.S_ISLNK(mode):
        with archive.open(info) as file:
            target = file.read(_LONGEST_TARGET).decode("utf-8", "replace")
        return Member(kind="link", target=target)
    opened = cast("Callable[[], AbstractContextManager[BinaryIO]]", partial(archive.open, info))
    executable = bool(mode & stat.S_IXUSR)
    return Member(kind="file", size=info.file_size, executable=executable, opened=opened)
