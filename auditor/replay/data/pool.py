"""A few threads that an interruption never waits for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

__all__ = ["StoppedError", "at_once"]

_AT_ONCE = 4
_LOOK = 0.1  # seconds
_PATIENCE = 2.0  # seconds for threads to notice an interruption

T = TypeVar("T")


class StoppedError(Exception):
    """The work was told to stop, and did."""


def at_once(
    items: Iterable[T], work: Callable[[T, Callable[[], bool]], None], look: Callable[[], None]
) -> None:
    """Do ``work(item, stopped)`` for all items, a few at a time; ``look`` is called meanwhile.

    The first error ends the others and is raised. The threads are daemons: one that waits for a
    silent server does not hold the program up when it is interrupted.
    """
    waiting: queue.SimpleQueue[T] = queue.SimpleQueue()
    for item in items:
        waiting.put(item)
    stop = threading.Event()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            while not stop.is_set():
                work(waiting.get_nowait(), stop.is_set)
        except (queue.Empty, StoppedError):
            return
        except BaseException as error:  # noqa: BLE001 - raised where somebody can be told
            errors.append(error)
            stop.set()

    threads = [
        threading.Thread(target=run, daemon=True) for _ in range(min(_AT_ONCE, waiting.qsize()))
    ]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            look()
            _wait(threads, _LOOK)
    except BaseException:
        stop.set()
        _wait(threads, _PATIENCE)
        raise
    if errors:
        raise errors[0]


def _wait(threads: list[threading.Thread], seconds: float) -> None:
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
