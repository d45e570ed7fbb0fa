"""The project's files by their state, before and after: what other programs wrote shows here."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

    State = Tuple[int, ...]
    Snapshot = Optional[Dict[str, Optional[State]]]

__all__ = ["changes", "files_below", "snapshot"]

MOST = 100_000
_SKIPPED = frozenset(
    ".git .hg .svn .auditor __pycache__ node_modules .tox .nox .eggs .mypy_cache .ruff_cache "
    ".pytest_cache .hypothesis .ipynb_checkpoints .import_linter_cache".split()
)


def snapshot(root: str, skipped: Sequence[str]) -> Snapshot:
    """Return the state of each file below ``root``, ``None`` for a folder; paths are relative.

    Caches, repositories, virtual environments and the folders ``skipped`` are left out. ``None``
    where the tree has more than ``MOST`` entries.
    """
    found: Dict[str, Optional[State]] = {}
    for path, state in _walk(root, frozenset(skipped)):
        found[os.path.relpath(path, root) if root == "/" else path[len(root) + 1 :]] = state
        if len(found) > MOST:
            return None
    return found


def changes(before: Snapshot, after: Snapshot) -> Dict[str, Any]:
    """Return ``changed`` (and new) files, new ``directories``, and if that is ``complete``."""
    if before is None or after is None:
        return {"changed": [], "directories": [], "complete": False}
    fresh = [path for path, state in after.items() if path not in before or state != before[path]]
    return {
        "changed": sorted(path for path in fresh if after[path] is not None),
        "directories": sorted(path for path in fresh if after[path] is None),
        "complete": True,
    }


def files_below(path: str) -> List[str]:
    """Return ``path`` if it is a file or not there, and all files below it if it is a folder."""
    if not os.path.isdir(path):
        return [path]
    found = []
    for folder, _folders, names in os.walk(path):
        found += [os.path.join(folder, name) for name in names]
        if len(found) > MOST:
            break
    return sorted(found)


def _walk(folder: str, skipped: frozenset[str]) -> Iterator[Tuple[str, Optional[State]]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name in _SKIPPED or entry.path in skipped:
            continue
        if entry.is_dir(follow_symlinks=False):
            if not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                yield entry.path, None
                yield from _walk(entry.path, skipped)
        else:
            state = _state(entry)
            if state:
                yield entry.path, state


def _state(entry: os.DirEntry[str]) -> State:
    try:
        stat = entry.stat(follow_symlinks=False)
    except OSError:
        return ()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_mode)
