"""Make what a container left safe to read: nothing in it may lead to the host's own files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from auditor.model.plan import Plan
from auditor.replay.planning.paths import inside

__all__ = ["settle", "show_mounted"]

_AS_SOMEBODY_ELSE = stat.S_ISUID | stat.S_ISGID


def settle(folder: Path, root: str = "") -> tuple[str, ...]:
    """Remove pipes, sockets, devices and links that leave ``folder``; return them, relative.

    A link to a place below ``root``, as the container saw it, is turned into one that stays in
    ``folder``: on the host it would lead to the original project. No file keeps the right to run
    as its owner. Raises ``OSError`` where something cannot be removed.
    """
    real = os.path.realpath(folder)
    links: list[Path] = []
    others: list[Path] = []
    for entry in _entries(folder):
        if entry.is_symlink():
            links.append(Path(entry.path))
        elif entry.is_file():
            _disown(entry)
        elif not entry.is_dir():
            others.append(Path(entry.path))
    for link in links if root else ():  # all of them first: links lead through links
        _bring_home(link, real, root)
    removed = [link for link in links if not inside(os.path.realpath(link), real)] + others
    for path in removed:
        _unlink(path)
    return tuple(sorted(path.relative_to(folder).as_posix() for path in removed))


def _entries(top: Path) -> Iterator[os.DirEntry[str]]:
    folders = [str(top)]  # and no recursion: a tree may be deeper than Python's stack
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)


def _disown(entry: os.DirEntry[str]) -> None:
    mode = entry.stat(follow_symlinks=False).st_mode
    if mode & _AS_SOMEBODY_ELSE:
        with suppress(PermissionError):  # it lies in a folder that only this user can enter
            Path(entry.path).chmod(stat.S_IMODE(mode) & ~_AS_SOMEBODY_ELSE)


def _bring_home(link: Path, folder: str, root: str) -> None:
    target = str(link.readlink())
    if inside(target, root):
        place = Path(folder, os.path.relpath(target, root))
        _unlink(link)
        link.symlink_to(os.path.relpath(place, os.path.realpath(link.parent)))


def _unlink(path: Path) -> None:
    try:
        path.unlink()
    except PermissionError:
        path.parent.chmod(stat.S_IRWXU)
        path.unlink()


def show_mounted(plan: Plan, tree: Path) -> None:
    """Let the tree lead to the inputs that were mounted in it from elsewhere.

    Where the run moved a folder that one was mounted in, something else may lie in its place.
    """
    for mount in plan.mounts:
        if mount.source.startswith("/") and inside(mount.target, plan.root):
            place = tree / os.path.relpath(mount.target, plan.root)
            if place.is_symlink() or place.is_file():
                place.unlink()
                place.symlink_to(Path(mount.source).resolve())
