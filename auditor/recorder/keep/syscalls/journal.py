"""The journal of what the system calls were about."""

from __future__ import annotations

import os
import time

from ...observer.encoding import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

__all__ = ["NAME", "Journal"]

NAME = "files.jsonl"


class Journal:
    """Appends to ``events/files.jsonl``; an event is in the file after ``flush``.

    The call that it is about need not wait for that. That the file is there says to the audit
    hooks that reads are seen without them: it begins once a call could be looked at.
    """

    def __init__(self, folder: str) -> None:
        self._place = os.path.join(folder, "events", NAME)
        self._file = -1
        self._events: List[Dict[str, Any]] = []
        self.lost = 0

    def begin(self) -> None:
        """Begin the file, if it is not yet. Raises ``OSError``."""
        if self._file < 0:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self._place, flags, 0o644)
            self._events.insert(0, {"event": "watching", "time": time.time_ns()})

    def write(self, event: str, **members: Any) -> None:
        """Take one event with the time of day in nanoseconds."""
        record = {"event": event, "time": time.time_ns()}
        record.update(members)
        self._events.append(record)

    def flush(self) -> None:
        """Append what was taken. Never raises ``OSError``."""
        if not self._events:
            return
        data = "".join([dumps(event) + "\n" for event in self._events]).encode("ascii")
        try:
            if os.write(self._file, data) != len(data):
                self.lost += 1
        except OSError:
            self.lost += len(self._events)
        self._events = []
