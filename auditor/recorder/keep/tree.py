"""The project's files by their state, before and after: what other programs wrote shows here."""

from __future__ import annotations

import os
import stat as modes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

    State = Tuple[int, ...]
    Snapshot = Optional[Dict[str, State]]

__all__ = ["MOST", "changes", "files_below", "is_folder", "snapshot", "state_of"]

MOST = 100_000
_SKIPPED = frozenset(
    ".git .hg .svn .auditor __pycache__ node_modules .tox .nox .eggs .mypy_cache .ruff_cache "
    ".pytest_cache .hypothesis .ipynb_checkpoints .import_linter_cache".split()
)


def snapshot(root: str, skipped: Sequence[str]) -> Snapshot:
    """Return the state of each file and folder below ``root``; paths are relative.

    Caches, repositories, virtual environments and the folders ``skipped`` are in it themselves,
    and nothing that is in them. ``None`` where the tree has more than ``MOST`` entries.
    """
    found: Dict[str, State] = {}
    for path, state in _walk(root, frozenset(skipped)):
        found[os.path.relpath(path, root) if root == "/" else path[len(root) + 1 :]] = state
        if len(found) > MOST:
            return None
    return found


def changes(before: Snapshot, after: Snapshot) -> Dict[str, Any]:
    """Return ``changed`` (and new) files, new ``directories``, and if that is ``complete``.

    ``created`` are those of the changed that were not there, ``removed`` the files that were there
    and are not any more.
    """
    if before is None or after is None:
        lists = ("changed", "created", "directories", "removed")
        return dict({name: [] for name in lists}, complete=False)
    files = {path: state for path, state in after.items() if not is_folder(state)}
    made = [path for path, state in after.items() if is_folder(state) and path not in before]
    return {
        "changed": sorted(path for path, state in files.items() if state != before.get(path)),
        "created": sorted(path for path in files if path not in before),
        "directories": sorted(path for path in made if os.path.basename(path) not in _SKIPPED),
        "removed": sorted(
            path for path, state in before.items() if path not in files and not is_folder(state)
        ),
        "complete": True,
    }


def is_folder(state: State) -> bool:
    """Say whether a state is that of a folder."""
    return modes.S_ISDIR(state[3])


def state_of(stat: os.stat_result) -> State:
    """Return what tells whether an entry of a folder changed: inode, size, mtime in ns, mode."""
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_mode)


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


def _walk(top: str, skipped: frozenset[str]) -> Iterator[Tuple[str, State]]:
    folders = [top]  # and no recursion: a tree may be deeper than Python's stack
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                state = state_of(entry.stat(follow_symlinks=False))
            except OSError:
                continue
            yield entry.path, state
            if is_folder(state) and not _is_apart(entry, skipped):
                folders.append(entry.path)


def _is_apart(entry: os.DirEntry[str], skipped: frozenset[str]) -> bool:
    if entry.name in _SKIPPED or entry.path in skipped:
        return True
    return os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
