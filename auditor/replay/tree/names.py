"""Files that the run was not seen to open: there by name, size and time, not to be read.

A run asks which files there are, how large they are and when they were written, and takes another
way where they are missing. What stands for one whose content is not known cannot be read: zeros
would be a lie, and a replay that wants more than is known is not the same run.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from auditor.errors import InputError
from auditor.model.fact import Fact, unknown
from auditor.model.facts import Names
from auditor.model.files import inline
from auditor.model.fingerprint import Fingerprint
from auditor.model.names import Name, decode_names
from auditor.model.plan import Mount, Plan
from auditor.replay.planning.paths import check_inside, check_outside, inside
from auditor.replay.tree.order import Orders, arrange, orders_of
from auditor.store.lists import files_in
from auditor.store.objects import Objects

__all__ = ["known_names", "lay_out_names", "names_of", "set_time", "unrecorded"]

_MOST = 250_000
_UNREADABLE, _PLAIN, _EXECUTABLE = 0o200, 0o644, 0o111
_MICROSECOND = 1000  # ns
_NEVER = ("/tmp", "/var/tmp", "/home", "/var")  # noqa: S108 - of every machine, not of a run


def known_names(fact: Fact[Names], objects: Objects) -> Fact[Names]:
    """Return the fact as it is true here. Raises ``InputError``, ``IntegrityError``."""
    if fact.value is None:
        return fact
    if not objects.has(fact.value.digest):
        return unknown("this store does not hold them", fact.source)
    _checked(objects, fact.value.digest)
    return fact


def names_of(plan: Plan, objects: Objects) -> tuple[Name, ...]:
    """Return the names of a plan. Raises ``InputError``, ``IntegrityError``."""
    return _checked(objects, plan.names) if plan.names is not None else ()


def lay_out_names(
    names: tuple[Name, ...], plan: Plan, tree: Path, elsewhere: Path
) -> tuple[Mount, ...]:
    """Complete ``tree`` by the project's names; lay out those outside it below ``elsewhere``.

    Returns the mounts of the latter, one a folder, outer ones first. Raises ``OSError``.
    """
    own = [name for name in names if not name.path.startswith("/") and not _linked(name, plan)]
    orders = orders_of(names)
    aside = elsewhere.with_name("aside")
    _fill(tree, [(name.path, name) for name in own], orders, aside)
    mounts = []
    for number, (folder, inner) in enumerate(sorted(_folders(names, plan).items())):
        place = elsewhere / str(number)
        place.mkdir(parents=True)
        _mount_points(place, folder, plan)
        rows = [(os.path.relpath(name.path, folder), name) for name in inner]
        _fill(place, rows, {"": orders.get(folder, ())}, aside)
        mounts.append(Mount(source=str(place), target=folder, read_only=True))
    return tuple(mounts)


def unrecorded(plan: Plan, objects: Objects, replay: Fingerprint) -> str:
    """Return what a replay opened that the original was not seen to open, as its reason; or ``""``.

    Its content is not known, so the replay is not the same run.
    """
    known = {file.path for file in inline(plan.files)}
    bare = {name.path for name in names_of(plan, objects) if name.size and name.path not in known}
    facts = (replay.recipe.source.files, replay.recipe.inputs)
    read = [file for fact in facts for file in files_in(fact.value, objects)]
    found = sorted(file.path for file in read if file.path in bare and file.seen != "listed")
    if not found:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return (
        f"it opened {found[0]}{more}, which the recorded run was not seen to open (--input keeps)"
    )


def _checked(objects: Objects, digest: str) -> tuple[Name, ...]:
    names = decode_names(objects.read(digest))
    if len(names) > _MOST:
        raise InputError(f"the fingerprint has more than {_MOST} names of files")
    for name in names:
        (check_outside if name.path.startswith("/") else check_inside)(name.path)
    return names


def _linked(name: Name, plan: Plan) -> bool:
    return any(inside(name.path, link) for link in plan.links)


def _folders(names: Iterable[Name], plan: Plan) -> dict[str, list[Name]]:
    """Return what was in each folder outside the project that was listed and may be mounted."""
    outside = [name for name in names if name.path.startswith("/")]
    found: dict[str, list[Name]] = {}
    for name in outside:
        folder = posixpath.dirname(name.path)
        if folder not in _NEVER and folder != "/" and not inside(plan.root, folder):
            found.setdefault(folder, []).append(name)
    listed = {name.path for name in outside if name.size is None}
    return {folder: inner for folder, inner in found.items() if folder in listed}


def _mount_points(place: Path, folder: str, plan: Plan) -> None:
    for mount in plan.mounts:  # none can be made once the folder is mounted, read-only
        if inside(mount.target, folder):
            point = place / os.path.relpath(mount.target, folder)
            point.parent.mkdir(parents=True, exist_ok=True)
            point.touch()


def set_time(place: Path, modified: int | None) -> None:
    """Give a file or folder its time of change, in microseconds, if that is known."""
    if modified is not None:
        with suppress(OverflowError):
            os.utime(place, ns=(modified * _MICROSECOND, modified * _MICROSECOND))


def _fill(tree: Path, rows: list[tuple[str, Name]], orders: Orders, aside: Path) -> None:
    for path, name in rows:
        with suppress(FileExistsError, NotADirectoryError):  # a file that was read lies there
            _make(tree / path, name)
    for folder, inner in orders.items():
        place = tree / folder
        if not folder.startswith("/") and place.is_dir() and not place.is_symlink():
            arrange(place, inner, aside)
    for path, name in _inner_first(rows):
        place = tree / path
        if place.is_symlink() or not place.exists() or place.is_dir() != (name.size is None):
            continue
        set_time(place, name.modified)


def _make(place: Path, name: Name) -> None:
    if name.size is None:
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(place):
        return
    with place.open("wb") as file, suppress(OSError, OverflowError):
        file.truncate(name.size)  # without a byte of it on the disk
    mode = _PLAIN if name.changed or name.size == 0 else _UNREADABLE
    place.chmod(mode | _EXECUTABLE if name.executable else mode)


def _inner_first(rows: list[tuple[str, Name]]) -> Iterator[tuple[str, Name]]:
    """Yield files before folders, and a folder after those in it: making one changes its time."""
    yield from (row for row in rows if row[1].size is not None)
    folders = [row for row in rows if row[1].size is None]
    yield from sorted(folders, key=lambda row: -row[0].count("/"))
