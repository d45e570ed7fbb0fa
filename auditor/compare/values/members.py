"""Archives as members by name, compared one at a time in bounded space."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from auditor.compare.values.difference import Difference, Found, Undecided
from auditor.compare.values.scope import Scope

__all__ = ["MAX_MEMBERS", "MAX_RATIO", "SUSPECT", "Member", "compare_members", "copied"]

MAX_MEMBERS = 100_000
MAX_TOTAL = 16 * 1024**3
# What unpacks to more than this, and so much more than it was, is taken for a bomb.
SUSPECT = 256 * 1024 * 1024
MAX_RATIO = 250
_CHUNK = 1024 * 1024
_PRESENCE = {True: ("present", "(absent)"), False: ("(absent)", "present")}


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member. ``opened`` gives its content, which may be longer than ``size`` says.

    ``target`` is where a link leads, which is text and is never followed. Members of other kinds
    (folders, devices) have neither.
    """

    kind: Literal["file", "link", "folder", "other"]
    size: int = 0
    target: str = ""
    executable: bool = False
    opened: Callable[[], AbstractContextManager[BinaryIO]] | None = None


def compare_members(
    a: Mapping[str, Member], b: Mapping[str, Member], scope: Scope, found: Found
) -> None:
    """Compare two archives member by member into ``found``; their order means nothing.

    Raises ``Undecided`` where they hold more than is read.
    """
    _check(a)
    _check(b)
    if list(a) != list(b) and {*a} == {*b}:
        found.note("the members are in another order")
    for name in sorted({*a, *b}):
        if name in a and name in b:
            _pair(name, a[name], b[name], scope, found)
        elif not _implied(name, a, b):
            found.differ(name, *_PRESENCE[name in a])
        else:
            found.note("folders have members of their own on one side only")


def copied(source: BinaryIO, path: Path, packed: int) -> None:
    """Write what unpacks from ``packed`` bytes to ``path``. Raises ``Undecided``."""
    most = MAX_TOTAL if packed < 0 else min(MAX_TOTAL, max(SUSPECT, packed * MAX_RATIO))
    written = 0
    with path.open("wb") as target:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise Undecided(f"unpacks to more than {most} bytes")
            target.write(chunk)


def _check(members: Mapping[str, Member]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Undecided(f"{len(members)} members are more than the {MAX_MEMBERS} that are read")
    total = sum(member.size for member in members.values())
    if total > MAX_TOTAL:
        raise Undecided(f"{total} bytes of members are more than the {MAX_TOTAL} that are read")


def _implied(name: str, a: Mapping[str, Member], b: Mapping[str, Member]) -> bool:
    """Say whether ``name`` is a folder that the names of files on both sides imply."""
    if (a.get(name) or b[name]).kind != "folder":
        return False
    inside = name.rstrip("/") + "/"
    return all(any(other.startswith(inside) and other != name for other in side) for side in (a, b))


def _pair(name: str, a: Member, b: Member, scope: Scope, found: Found) -> None:
    if a.kind != b.kind:
        found.differ(name, a.kind, b.kind)
        return
    if a.executable != b.executable:
        words = {True: "executable", False: "not executable"}
        found.differ(f"{name} mode", words[a.executable], words[b.executable])
    if a.target != b.target:
        found.differ(f"{name} link", a.target, b.target)
    if a.opened is None or b.opened is None:
        return
    if a.size == b.size and _same(a, b):
        return
    found.add(name, _unpacked(name, a, b, scope))


def _same(a: Member, b: Member) -> bool:
    assert a.opened is not None
    assert b.opened is not None
    with a.opened() as left, b.opened() as right:
        return all(one == other for one, other in _chunks(left, right))


def _chunks(a: BinaryIO, b: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while True:
        one, other = a.read(_CHUNK), b.read(_CHUNK)
        yield one, other
        if not one or not other:
            return


def _unpacked(name: str, a: Member, b: Member, scope: Scope) -> Difference:
    with tempfile.TemporaryDirectory() as folder:
        paths = (Path(folder, "a"), Path(folder, "b"))
        for member, path in zip((a, b), paths, strict=True):
            assert member.opened is not None
            with member.opened() as source:
                copied(source, path, -1)
        return scope.member(name, *paths)
