"""Symbolic links of the project, as they were, where they stay within it.

A fingerprint may come from anywhere, and files are laid out through these links: none may lead out
of the tree, alone or with others. Up it goes only at its start, from a folder that is no link.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from auditor.model.names import Name
from auditor.model.plan import Plan
from auditor.replay.planning.paths import inside

__all__ = ["lay_out_links", "real_place", "target_of"]


def lay_out_links(names: Iterable[Name], plan: Plan, tree: Path) -> bool:
    """Make the links among ``names``, and before them the folders that they may lead to.

    The environment in the project is none of them: ``plan`` has a place for it. Returns whether
    there is one. Raises ``OSError``.
    """
    own = [name for name in names if not name.path.startswith("/")]
    rows = [name for name in own if name.link and target_of(name, plan.root) is not None]
    links = {name.path for name in rows} | plan.links.keys()
    if not rows:
        return False
    for name in own:
        if name.size is None and not name.link and not _below(name.path, links):
            (tree / name.path).mkdir(parents=True, exist_ok=True)
    for name in rows:
        place, target = tree / name.path, target_of(name, plan.root)
        if target is None or name.path in plan.links or _below(name.path, links):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(place):
            place.symlink_to(target)
    return True


def _below(path: str, links: Collection[str]) -> bool:
    return any(str(parent) in links for parent in PurePosixPath(path).parents)


def target_of(name: Name, root: str) -> str | None:
    """Return what a link says, made relative, or ``None`` where it leaves the project."""
    link = name.link
    folder = posixpath.dirname(name.path)
    if "\0" in link:
        return None
    if link.startswith("/"):
        if ".." in link.split("/") or not inside(posixpath.normpath(link), root):
            return None
        start = posixpath.join(root, folder)
        return posixpath.relpath(posixpath.normpath(link), posixpath.normpath(start))
    parts = [part for part in link.split("/") if part not in {"", "."}]
    down = [part for part in parts if part != ".."]
    up = len(parts) - len(down)
    depth = len(folder.split("/")) if folder else 0
    if parts[:up] != [".."] * up or up > depth:
        return None
    return re.sub("//+", "/", link) if parts else None  # as every program reads it


def real_place(tree: Path, path: str) -> Path:
    """Return where ``path`` leads to in the tree. Raises ``OSError`` where that is outside it."""
    place = Path(os.path.realpath(tree / path))
    if not inside(str(place), os.path.realpath(tree)):
        raise OSError(f"{path} leads out of the project")
    return place
