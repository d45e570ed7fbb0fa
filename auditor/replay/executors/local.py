"""Replays on this machine, side by side where there are processors for each."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

__all__ = ["Local", "connect"]


class Local:
    """Threads: the work is the containers'. Who waits for processors waits in his call."""

    here = True

    def __init__(self, most: int) -> None:
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="replay")
        self._started: list[Future[Any]] = []

    def share(self, data: bytes) -> bytes:
        """Return ``data``: it is here."""
        return data

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:  # noqa: ANN401
        """Start ``call`` in a thread."""
        self._started.append(self._pool.submit(call, *arguments))
        return self._started[-1]

    def close(self, *, abandon: bool = False) -> None:
        """Wait for what was started; with ``abandon`` for nothing but what is going on."""
        waited_for = [future for future in self._started if not future.cancelled()]
        self._pool.shutdown(wait=False, cancel_futures=abandon)
        for future in waited_for:
            if future.cancelled():
                future.set_running_or_notify_cancel()  # the pool itself wakes nobody who waits
        self._pool.shutdown(wait=True)


def connect(_address: str = "") -> Local:
    """Return the executor of this machine, which has no address."""
    return Local(most=max(1, len(os.sched_getaffinity(0))))
