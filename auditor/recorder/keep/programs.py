"""The tracer's journal: which programs ran, and which libraries they had mapped."""

from __future__ import annotations

import os
import time

from ..observer.encoding import dumps
from ..observer.variables import without_userinfo
from .look import libraries, look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Set, Tuple

    from .look import Look

__all__ = ["NAME", "Journal"]

NAME = "programs.jsonl"
_MOST = 1000


class Journal:
    """Appends to ``events/programs.jsonl``: a line for each new command line and new library.

    How often each program was started comes last, when the tracer ends.
    """

    def __init__(self, folder: str) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(os.path.join(folder, "events", NAME), flags, 0o644)
        self._starts: Dict[Tuple[str, str, str], int] = {}
        self._known: Set[int] = set()
        self._libraries: Set[str] = set()
        self._lost = 0

    def executed(self, pid: int) -> str:
        """Note what ``pid`` has just executed; return the real path of its program."""
        try:
            seen = look(pid)
        except OSError:
            self._lost += 1
            return ""
        key = (seen.path, seen.real, seen.script)
        if key in self._starts or len(self._starts) < _MOST:
            self._starts[key] = self._starts.get(key, 0) + 1
            self._command_line(pid, seen)
        return seen.real

    def mapped(self, pid: int) -> None:
        """Note what ``pid`` has mapped by now."""
        try:
            new = libraries(pid) - self._libraries
        except OSError:  # it was killed, or may not be looked at
            self._lost += 1
            return
        if new:
            self._libraries |= new
            self.write("mapped", pid=pid, libraries=sorted(new))

    def note(self, text: str) -> None:
        """Note where the tracer is blind."""
        self.write("note", text=text)

    def close(self) -> None:
        """Write what is known at the end only."""
        starts = [[*key, count] for key, count in self._starts.items()]
        self.write("starts", starts=starts, lost=self._lost)

    def write(self, event: str, **members: Any) -> None:
        """Append one event. Never raises ``OSError``."""
        record = {"event": event, "time": time.time_ns()}
        record.update(members)
        try:
            os.write(self._file, dumps(record).encode("ascii") + b"\n")
        except OSError:
            self._lost += 1

    def _command_line(self, pid: int, seen: Look) -> None:
        key = hash((seen.path, seen.script, seen.cwd, tuple(seen.argv)))
        if key in self._known or len(self._known) >= _MOST:
            return
        self._known.add(key)
        self.write(
            "executed",
            pid=pid,
            path=seen.path,
            real=seen.real,
            script=seen.script,
            argv=[without_userinfo(word) for word in seen.argv],
            cwd=seen.cwd,
        )
