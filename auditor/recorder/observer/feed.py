"""In a replay that is fed: what the processes of the original drew, given back draw by draw.

The keeper leaves ``entropy/index``, a line ``NUMBER TAB DRAWS TAB ROLE`` a process, and beside it a
file ``NUMBER`` with a line ``LIBRARY TAB FUNCTION TAB SITE TAB VALUE`` a draw.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple

__all__ = ["Feed", "feed_at"]


class Feed:
    """The draws of the one process of the original that this process is."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._draws: Dict[Tuple[str, ...], List[str]] = {}

    def become(self, role: str) -> None:
        """Take the first process of that role that no other process has taken.

        What is left of an earlier role is put away. Where there is none, nothing is given.
        """
        self._draws = {}
        for line in _lines(os.path.join(self._folder, "index")):
            number, _draws, name = line.split("\t")
            if name == role and self._claimed(number):
                self._load(os.path.join(self._folder, number + ".taken"))
                return

    def next(self, key: Tuple[str, ...]) -> Optional[str]:
        """Return the next value that was drawn for ``key``: library, function and site."""
        waiting = self._draws.get(key)
        return waiting.pop() if waiting else None

    def give_back(self, key: Tuple[str, ...], value: str) -> None:
        """Take a value back that was not needed."""
        self._draws.setdefault(key, []).append(value)

    def _claimed(self, number: str) -> bool:
        place = os.path.join(self._folder, number)
        try:
            os.rename(place, place + ".taken")
        except OSError:
            return False
        return True

    def _load(self, place: str) -> None:
        for line in reversed(_lines(place)):
            library, function, site, value = line.split("\t")
            self._draws.setdefault((library, function, site), []).append(value)


def feed_at(observation: str) -> Optional[Feed]:
    """Return what this replay is fed with, ``None`` where it is not."""
    folder = os.path.join(observation, "entropy")
    return Feed(folder) if os.path.exists(os.path.join(folder, "index")) else None


def _lines(place: str) -> List[str]:
    parts = []
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while True:
            part = os.read(descriptor, 1 << 20)
            if not part:
                break
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts).decode("utf-8", "replace").split("\n")[:-1]
