"""The command's output: through a pipe to a file and to our own descriptor."""

from __future__ import annotations

import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Optional

__all__ = ["Stream"]

_CHUNK = 65536
_GRACE = 0.5
_LONGEST = 5.0
_STEP = 0.01


class Stream:
    """One stream. ``sink`` is the end of the pipe for the command.

    After ``limit`` bytes, if it is not 0, it is read no further.
    """

    def __init__(self, path: str, limit: int = 0) -> None:
        self.name = os.path.basename(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o644)
        self._pipe, self.sink = os.pipe()
        self._last = time.monotonic()
        self._incomplete = ""
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._target = -1
        self._left = limit or None
        self._passed: Optional[Callable[[], None]] = None

    def copy_to(self, target: int, passed: Optional[Callable[[], None]] = None) -> None:
        """Copy from now on, to the descriptor ``target`` too as long as it takes it.

        ``passed`` is called once where there is more than ``limit``.
        """
        self._target = target
        self._passed = passed
        self._thread.start()

    def finish(self) -> List[str]:
        """Wait until all is copied, and return what there is to know about it.

        A process that outlives the command may hold the pipe: after half a second of silence, or
        five seconds of talk, it is left to itself.
        """
        ended = time.monotonic()
        while self._thread.is_alive():
            self._thread.join(_STEP)
            now = time.monotonic()
            if now - max(ended, self._last) > _GRACE or now - ended > _LONGEST:
                what = "%s was still open in a process that outlived the command"
                return [what % self.name, *self._notes()]
        return self._notes()

    def _notes(self) -> List[str]:
        return [self._incomplete] if self._incomplete else []

    def _copy(self) -> None:
        while True:
            chunk = os.read(self._pipe, _CHUNK)
            if not chunk:
                break
            if not self._incomplete:
                try:
                    _write(self._file, chunk)
                except OSError as error:
                    self._incomplete = "%s is not whole: %s" % (self.name, error.strerror)
            if self._target >= 0:
                try:
                    _write(self._target, chunk)
                except OSError:
                    self._target = -1
            self._last = time.monotonic()
            if self._is_over(len(chunk)):
                break
        os.close(self._pipe)
        os.close(self._file)

    def _is_over(self, size: int) -> bool:
        if self._left is None:
            return False
        self._left -= size
        if self._left >= 0:
            return False
        self._incomplete = "%s is not whole: it was more than a replay may print" % self.name
        if self._passed is not None:
            self._passed()
        return True


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
