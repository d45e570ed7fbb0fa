"""Asks each observed interpreter, beside the run, what it has installed."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Tuple

__all__ = ["Inventories"]

_MOST = 8
_PATIENCE = 60.0
_STEP = 0.01


class Inventories:
    """Starts ``inventory.py`` once for each executable and prefix."""

    def __init__(
        self, folder: str, recorder: str, root: str = "", patience: float = _PATIENCE
    ) -> None:
        self._folder = folder
        self._root = root
        self._script = os.path.join(recorder, "inventory.py")
        self._patience = patience
        self._asked: Dict[Tuple[str, str], int] = {}

    def of(self, executable: str, prefix: str, path: List[str]) -> None:
        """Ask ``executable``, with its ``sys.path``. What cannot be started leaves no inventory."""
        key = (executable, prefix)
        if not executable or key in self._asked or len(self._asked) >= _MOST:
            return
        self._asked[key] = 0
        place = os.path.join(self._folder, "inventory-%d" % len(self._asked))
        question = {"executable": executable, "prefix": prefix, "path": path, "root": self._root}
        with open(place + ".ask", "w", encoding="ascii") as file:
            json.dump(question, file)
        argv = [executable, "-I", "-S", self._script, place + ".ask", place + ".json"]
        null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
        with suppress(OSError):
            self._asked[key] = os.posix_spawn(
                executable, argv, dict(os.environ), file_actions=null, setpgroup=0, setsigmask=()
            )

    def finish(self) -> List[str]:
        """Wait for the answers, a minute at most; return which are missing."""
        end = time.monotonic() + self._patience
        notes = []
        for (executable, _prefix), pid in self._asked.items():
            if not pid:
                notes.append("%s could not be asked what it has installed" % executable)
            elif not _ended(pid, end):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                notes.append("%s took too long to list what it has installed" % executable)
        return notes


def _ended(pid: int, end: float) -> bool:
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            return False
        time.sleep(_STEP)
    return True
