"""The private folder of one replay, which goes away whatever was done to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.replay.running.owner import MARK, PREFIX, owner
from auditor.replay.tree.removing import remove

__all__ = ["work_folder"]


@contextmanager
def work_folder(number: int, below: str | None = None) -> Iterator[Path]:
    """Make a folder that only this user can enter, marked as this process's; remove it after.

    It lies ``below`` a folder, or where temporary files do.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{number}-", dir=below))
    try:
        (folder / MARK).write_text(owner(), encoding="utf-8")
        yield folder
    finally:
        remove(folder)
