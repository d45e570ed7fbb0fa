"""Ends a replay whose auditor is gone: nobody else would hold it to its limits any more."""

from __future__ import annotations

import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

__all__ = ["Pulse"]

_STEP = 5.0
_PATIENCE = 120.0  # seconds, of which those that the machine sleeps are none


class Pulse(threading.Thread):
    """Calls ``lost`` once the time of the file ``place``, which did change, does so no more.

    Where it never changes, the engine is one that does not share its files.
    """

    def __init__(self, place: str, lost: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._place = place
        self._lost = lost

    def run(self) -> None:
        """Look every few seconds."""
        known = self._beat()
        last: Optional[float] = None
        while last is None or time.monotonic() - last < _PATIENCE:
            time.sleep(_STEP)
            beat = self._beat()
            if beat != known:
                known, last = beat, time.monotonic()
        self._lost()

    def _beat(self) -> int:
        try:
            return os.stat(self._place).st_mtime_ns
        except OSError:
            return 0
