"""Watches what a replay writes to the disk of this machine, and how much of that is left."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from auditor.replay.tree.sizes import entries_below, in_words, total

__all__ = ["RESERVE", "Disk"]

RESERVE = 1 << 30  # bytes that stay free, and half of what is free where that is less
_RESERVED_FILES = 100_000
_LOOK = 0.05  # seconds that one look may take


class Disk:
    """Called every now and then, it says why a replay must be stopped, or ``""``.

    ``limit`` is how many bytes ``folders`` may grow by. Each look is short: it goes on with a
    walk over the folders where the last one stopped.
    """

    def __init__(self, folders: tuple[Path, ...], limit: int | None) -> None:
        self._folders = folders
        self._limit = limit
        self._before = sum(map(total, folders))
        free, files = self._left()
        self._reserve = min(RESERVE, free // 2)
        self._reserved_files = min(_RESERVED_FILES, files // 2)
        self._walk = self._totals()

    def __call__(self) -> str:
        """Look for a moment."""
        free, files = self._left()
        if free < self._reserve:
            return f"less than {in_words(self._reserve)} were left on the disk that it writes to"
        if files < self._reserved_files:
            return "the disk that it writes to had hardly room for more files"
        return self._passed() if self._limit is not None else ""

    def grown(self) -> str:
        """Look at everything once, when all is over; say if it was too much, or ``""``."""
        if self._limit is None or sum(map(total, self._folders)) - self._before <= self._limit:
            return ""
        return self._reason()

    def _passed(self) -> str:
        assert self._limit is not None
        end = time.monotonic() + _LOOK
        for size in self._walk:
            if size is None:
                break
            if size - self._before > self._limit:
                return self._reason()
            if time.monotonic() > end:
                break
        return ""

    def _reason(self) -> str:
        return f"it wrote more than {in_words(self._limit or 0)} (--disk)"

    def _left(self) -> tuple[int, int]:
        """Return bytes and inodes that are free; file systems without inodes have any number."""
        stat = os.statvfs(self._folders[0])
        files = stat.f_favail if stat.f_files else 2 * _RESERVED_FILES
        return stat.f_bavail * stat.f_frsize, files

    def _totals(self) -> Iterator[int | None]:
        """Yield the size so far of one walk after the other, ``None`` where one ends."""
        while True:
            size = 0
            for folder in self._folders:
                for entry in entries_below(folder):
                    size += entry
                    yield size
            yield None
