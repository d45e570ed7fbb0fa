"""The listener: takes each call, notes what it is about, and lets it go on."""

from __future__ import annotations

import os
import select
import signal
import threading

from .calls import Calls
from .files import Around, Opened
from .journal import Journal
from .notify import Line
from .numbers import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Tuple

    from .notify import Page

__all__ = ["Listener", "answer"]

_PERIOD = 0.05


class Listener(threading.Thread):
    """Listens until it is told to stop, or nobody lives under the filter any more.

    Whatever goes wrong here, the call goes on.
    """

    def __init__(self, folder: str, listener: int, page: Page, note: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        known = machine()
        assert known is not None
        self._note = note
        self._line = Line(listener, page)
        self._journal = Journal(folder)
        root, store, keep = _settings(folder)
        places = Around(root, (folder, _recorder(), store))
        files = Opened(places, self._journal, os.path.join(folder, "contents"), keep)
        self._calls = Calls(known, folder, files, self._journal, note)
        self._wake, self._waker = os.pipe()
        self._unseen = 0

    def run(self) -> None:
        """Take one call after the other."""
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        poll.register(self._line.listener, select.POLLIN)
        while True:
            for descriptor, event in poll.poll():
                if descriptor == self._wake or not event & select.POLLIN:
                    return
                self._one()

    def finish(self, told: bool) -> None:  # noqa: FBT001 - one call
        """Wait for SIGTERM unless ``told``, or for the last process; then stop."""
        while not told and self.is_alive():
            told = signal.sigtimedwait([signal.SIGTERM], _PERIOD) is not None
        os.write(self._waker, b".")
        self.join()
        lost = self._unseen + self._journal.lost
        if lost:
            self._note("%d system call(s) could not be looked at" % lost)

    def _one(self) -> None:
        line = self._line
        if not line.receive():
            return
        call = line.call
        try:
            self._calls.take(call.number, call.task, call.arguments)
            self._journal.begin()
        except Exception:
            self._unseen += 1
        finally:
            line.go_on()
        self._journal.flush()


def answer(listener: int, page: Page) -> None:
    """Let the call that still waits go on, and all others, until nobody is under the filter."""
    line = Line(listener, page)
    line.go_on()
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        for _descriptor, event in poll.poll():
            if not event & select.POLLIN:
                return
            if line.receive():
                line.go_on()


def _settings(folder: str) -> Tuple[str, str, int]:
    """Return what the keeper left: root, store, the size up to which contents are kept."""
    with open(os.path.join(folder, "settings"), "rb") as file:
        root, store, keep = file.read().split(b"\0")[:3]
    return os.fsdecode(root), os.fsdecode(store), int(keep)


def _recorder() -> str:
    here = os.path.abspath(__file__)
    return os.path.dirname(os.path.dirname(os.path.dirname(here)))
