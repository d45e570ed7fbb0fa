"""Inputs are read-only: bind mounts over the fresh tree, and of files outside the project."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from auditor.model.files import File
from auditor.model.plan import Mount
from auditor.replay.options import Options
from auditor.replay.planning.paths import absolute, inside
from auditor.replay.tree.inputs import host_place

__all__ = ["MOST", "mounts_of"]

MOST = 100


def mounts_of(
    files: tuple[File, ...],
    inputs: frozenset[str],
    written: frozenset[str],
    root: str,
    options: Options,
) -> tuple[Mount, ...]:
    """Return the mounts for ``files``, sorted by target.

    ``inputs`` are the paths that must not be written to; ``written`` those that the run left.
    What the run saw by name only is not protected.
    More than ``MOST`` inputs of the tree are mounted by whole folders that hold nothing else.
    """
    read = [file for file in files if file.seen != "listed"]
    laid_out = {file.path for file in read if file.kept and not file.path.startswith("/")}
    protected = sorted((laid_out & inputs) - written)
    if len(protected) > MOST:
        protected = _by_folder(protected, laid_out | written)
    mounts = [
        Mount(source=f"tree:{path}", target=absolute(path, root), read_only=True)
        for path in protected
    ]
    mounts += [
        _foreign(file, root, options)
        for file in files
        if file.digest is not None and (not file.kept or file.path.startswith("/"))
    ]
    return tuple(sorted(mounts, key=lambda mount: mount.target))


def _foreign(file: File, root: str, options: Options) -> Mount:
    source = f"object:{file.digest}" if file.kept else host_place(file, root, options) or ""
    return Mount(source=source, target=absolute(file.path, root), read_only=True)


def _by_folder(protected: Iterable[str], everything: Iterable[str]) -> list[str]:
    wanted = set(protected)
    mixed = {folder for path in everything if path not in wanted for folder in _parents(path)}
    chosen: list[str] = []
    for path in sorted(wanted):
        if chosen and inside(path, chosen[-1]):
            continue
        pure = [folder for folder in _parents(path) if folder not in mixed]
        chosen.append(pure[-1] if pure else path)
    return chosen


def _parents(path: str) -> list[str]:
    """Return the folders of ``path`` below the root, the nearest first."""
    parents = []
    folder = posixpath.dirname(path)
    while folder:
        parents.append(folder)
        folder = posixpath.dirname(folder)
    return parents
