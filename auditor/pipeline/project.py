"""Which project a command is about, and its store."""

from __future__ import annotations

from pathlib import Path

from auditor import git
from auditor.store import FOLDER, Store

__all__ = ["project_root", "store_of"]


def project_root(start: Path) -> Path:
    """Return the nearest ancestor with ``.auditor/``, else the top of the repository, else it."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / FOLDER).is_dir():
            return folder
    return git.toplevel(here) or here


def store_of(start: Path) -> Store:
    """Return the store of the project that ``start`` is in; it may not exist yet."""
    return Store(project_root(start))
