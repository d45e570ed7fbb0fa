"""Make what a container left safe to read: nothing in it may lead to the host's own files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from auditor.model.plan import Plan
from auditor.replay.paths import inside

__all__ = ["settle", "show_mounted"]


def settle(folder: Path, root: str = "") -> tuple[str, ...]:
    """Remove pipes, sockets and links that leave ``folder``; return what was removed, relative.

    A link to a place below ``root``, as the container saw it, is turned into one that stays in
    ``folder``: on the host it would lead to the original project.
    """
    removed = []
    real = folder.resolve()
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                continue
            if stat.S_ISLNK(mode) and _stays(path, real, root):
                continue
            path.unlink()
            removed.append(path.relative_to(folder).as_posix())
    return tuple(sorted(removed))


def _stays(path: Path, folder: Path, root: str) -> bool:
    target = str(path.readlink())
    if root and inside(target, root):
        path.unlink()
        path.symlink_to(os.path.relpath(folder / os.path.relpath(target, root), path.parent))
    return inside(os.path.realpath(path), str(folder))


def show_mounted(plan: Plan, tree: Path) -> None:
    """Let the tree lead to the inputs that were mounted in it from elsewhere."""
    for mount in plan.mounts:
        if mount.source.startswith("/") and inside(mount.target, plan.root):
            place = tree / os.path.relpath(mount.target, plan.root)
            place.unlink(missing_ok=True)
            place.symlink_to(Path(mount.source).resolve())
