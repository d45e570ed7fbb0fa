"""Which process something belongs to, so that what a killed one left can be removed later."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from auditor.replay.tree.removing import remove

__all__ = ["MARK", "PREFIX", "is_orphan", "owner", "remove_folders"]

PREFIX = "auditor-replay-"
MARK = "owner"


def owner() -> str:
    """Return what names this process on this machine for good: host, pid and its start time."""
    return _owner_of(os.getpid())


def is_orphan(label: str) -> bool:
    """Say whether the process of this machine that a label names is gone."""
    host, _colon, rest = label.partition(":")
    pid = rest.partition(":")[0]
    return host == socket.gethostname() and pid.isdigit() and _owner_of(int(pid)) != label


def remove_folders() -> int:
    """Remove this user's folders of replays whose process is gone; return how many."""
    removed = 0
    places = {tempfile.gettempdir(), "/dev/shm"}  # noqa: S108 - only what is this user's
    for folder in (folder for place in places for folder in Path(place).glob(f"{PREFIX}*")):
        if _is_abandoned(folder):
            remove(folder)
            removed += 1
    return removed


def _is_abandoned(folder: Path) -> bool:
    # Anybody may make folders there: only real ones of this very user are touched.
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return False
        return is_orphan((folder / MARK).read_text(encoding="utf-8"))
    except OSError:
        return False


def _owner_of(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        started = stat.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        started = "gone"
    return f"{socket.gethostname()}:{pid}:{started}"
