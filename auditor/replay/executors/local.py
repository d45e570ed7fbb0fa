"""Replays on this machine, side by side where there are processors for each."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

__all__ = ["Local", "connect"]


class Local:
    """Threads: the work is the containers'. Who waits for processors waits in his call."""

    here = True

    def __init__(self, most: int) -> None:
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="replay")
        self._abandoned = False

    def share(self, data: bytes) -> bytes:
        """Return ``data``: it is here."""
        return data

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:  # noqa: ANN401
        """Start ``call`` in a thread; the future of what is given up raises ``CancelledError``."""
        return self._pool.submit(self._unless_abandoned, call, *arguments)

    def close(self, *, abandon: bool = False) -> None:
        """Wait for what was started; with ``abandon`` for nothing but what is going on."""
        # The pool's own cancelling wakes nobody who waits for what another thread cancelled first.
        self._abandoned = abandon
        self._pool.shutdown(wait=True)

    def _unless_abandoned(self, call: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401
        if self._abandoned:
            raise CancelledError
        return call(*arguments)


def connect(_address: str = "") -> Local:
    """Return the executor of this machine, which has no address."""
    return Local(most=max(1, len(os.sched_getaffinity(0))))
