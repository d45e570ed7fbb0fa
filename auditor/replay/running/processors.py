"""Processors of this machine, shared out so that replays side by side have each their own."""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

__all__ = ["Processors", "here"]


class Processors:
    """Hands out processors, first come first served: nobody who needs many waits for ever."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._all = tuple(sorted(ids))
        self._free = set(self._all)
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, count: float | None) -> Iterator[str]:
        """Wait for ``count`` processors, and yield them as the kernel lists sets, like ``0,2``.

        ``None``, or as many as there are: all of them, which is an empty string.
        """
        wanted = len(self._all) if count is None else min(math.ceil(count), len(self._all))
        mine = self._take(wanted)
        try:
            yield "" if wanted == len(self._all) else ",".join(str(one) for one in mine)
        finally:
            with self._changed:
                self._free.update(mine)
                self._changed.notify_all()

    def _take(self, wanted: int) -> list[int]:
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                self._changed.wait_for(
                    lambda: self._queue[0] is ticket and len(self._free) >= wanted
                )
                mine = sorted(self._free)[:wanted]
                self._free.difference_update(mine)
                return mine
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()


def here() -> Processors:
    """Return those that this process may use."""
    return Processors(os.sched_getaffinity(0))
