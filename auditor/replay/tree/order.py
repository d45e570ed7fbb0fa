"""The order in which folders are listed: the recorded one, where it can be made.

A file system that hashes names (ext4) lists them in an order of its own, another on each disk. One
in memory lists them by when they came: there, any order can be made.
"""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from auditor.model.files import inline
from auditor.model.fingerprint import Unverified
from auditor.model.names import Name
from auditor.model.plan import Plan
from auditor.model.record import Record

__all__ = ["Orders", "Placed", "arrange", "orders_of", "place_for"]

Orders = Mapping[str, tuple[str, ...]]

_MEMORY = "/dev/shm"  # noqa: S108 - the folders made in it are private
_MOST_NAMES = 5000
_MOST_BYTES = 256 * 1024 * 1024
_ALONE = 2  # a folder with fewer names has one order only


class Placed(Record, frozen=True, kw_only=True):
    """Where a replay is laid out: below ``folder``, or where temporary files are."""

    folder: str | None = None
    unhonoured: tuple[Unverified, ...] = ()


def orders_of(names: Iterable[Name]) -> Orders:
    """Return what was in each folder that the run listed, in the order of that listing.

    A folder of the project is relative to its root, which is empty.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        if name.order is not None:
            folder, own = posixpath.split(name.path)
            found.setdefault(folder, []).append((name.order, own))
    return {
        folder: tuple(own for _order, own in sorted(rows))
        for folder, rows in sorted(found.items())
        if len(rows) >= _ALONE
    }


def place_for(plan: Plan, names: Sequence[Name]) -> Placed:
    """Return where the recorded orders can be made, and the folders where that is nowhere."""
    wanted = orders_of(names)
    size = sum(file.size or 0 for file in inline(plan.files) if file.kept)
    return _place_for(tuple(wanted.items()), size, tempfile.gettempdir())


def arrange(folder: Path, wanted: Sequence[str], aside: Path) -> bool:
    """Bring what lies in ``folder`` into an order, by taking it out and putting it back in turn.

    ``aside`` is a folder on the same file system. Returns whether it could be done: what is
    listed last comes last, or first, or the file system has its own mind. Raises ``OSError``.
    """
    there = [name for name in wanted if os.path.lexists(folder / name)]
    for turn in (there, there[::-1]):
        if _listed(folder, there) == there:
            return True
        aside.mkdir(exist_ok=True)
        for name in there:
            (folder / name).rename(aside / name)
        for name in turn:
            (aside / name).rename(folder / name)
    return _listed(folder, there) == there


def _listed(folder: Path, names: Sequence[str]) -> list[str]:
    known = frozenset(names)
    return [path.name for path in folder.iterdir() if path.name in known]


@lru_cache(maxsize=32)
def _place_for(wanted: tuple[tuple[str, tuple[str, ...]], ...], size: int, usual: str) -> Placed:
    if sum(len(names) for _folder, names in wanted) > _MOST_NAMES:
        reason = f"more than {_MOST_NAMES} names were listed, and their order is not made again"
        return Placed(unhonoured=(Unverified(subject="filesystem.order", reason=reason),))
    left = _not_there(wanted, usual)
    if not left:
        return Placed()
    if _in_memory(size) and not _not_there(wanted, _MEMORY):
        return Placed(folder=_MEMORY)
    return Placed(
        unhonoured=tuple(
            Unverified(
                subject="filesystem.order",
                reason=f"{folder or 'the project'} was listed in another order than this file"
                " system has, and the replay is not laid out in memory, where any can be made",
            )
            for folder in left[:_ALONE]
        )
    )


def _not_there(wanted: tuple[tuple[str, tuple[str, ...]], ...], base: str) -> list[str]:
    """Return the folders whose order cannot be made below ``base``, tried with empty files."""
    left = []
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-order-", dir=base) as name:
            for number, (folder, names) in enumerate(wanted):
                place = Path(name, str(number))
                place.mkdir()
                for own in names:
                    (place / own).touch()
                if not arrange(place, names, Path(name, "aside")):
                    left.append(folder)
    except OSError:
        return [folder for folder, _names in wanted]
    return left


def _in_memory(size: int) -> bool:
    """Say whether a tree of so many bytes may lie in memory, and programs of it be executed."""
    try:
        stat = os.statvfs(_MEMORY)
    except OSError:
        return False
    free = stat.f_bavail * stat.f_frsize
    return size <= min(_MOST_BYTES, free // 4) and not stat.f_flag & os.ST_NOEXEC
