"""The event file of a process: JSON lines, appended by single writes, safe across forks."""

from __future__ import annotations

import os
import time

from .encoding import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Journal", "start_of"]

_HIGH_DESCRIPTOR = 500


class Journal:
    """Appends events to ``OBSERVATION/events/<pid>-<start>.jsonl``.

    ``lost`` counts events that could not be written. The descriptor is checked before each write,
    for the observed program may close it, and open a file of its own under that number.
    """

    def __init__(self, observation: str) -> None:
        self.folder = os.path.join(observation, "events")
        self.lost = 0
        self._descriptor = -1
        self._identity = (0, 0)
        self._torn = b""

    def write(self, event: str, **members: Any) -> None:
        """Append one event with the time of day in nanoseconds. Never raises ``OSError``."""
        record = {"event": event, "time": time.time_ns()}
        record.update(members)
        line = self._torn + dumps(record).encode("ascii") + b"\n"
        try:
            written = os.write(self._open(), line)
        except OSError:
            self.lost += 1
            return
        self._torn = b"" if written == len(line) else b"\n"

    def forked(self) -> None:
        """Forget the parent's descriptor: a child has an event file of its own."""
        if self._descriptor >= 0 and self._mine():
            os.close(self._descriptor)
        self._descriptor = -1
        self._torn = b""
        self.lost = 0

    def _open(self) -> int:
        if self._descriptor < 0 or not self._mine():
            name = "%d-%s.jsonl" % (os.getpid(), start_of("self"))
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = _lifted(os.open(os.path.join(self.folder, name), flags, 0o644))
            stat = os.fstat(self._descriptor)
            self._identity = (stat.st_dev, stat.st_ino)
        return self._descriptor

    def _mine(self) -> bool:
        try:
            stat = os.fstat(self._descriptor)
        except OSError:
            return False
        return (stat.st_dev, stat.st_ino) == self._identity


def start_of(process: str) -> str:
    """Return the start of a process in clock ticks since boot, as ``/proc`` has it, or ``0``."""
    try:
        descriptor = os.open("/proc/%s/stat" % process, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return "0"
    try:
        text = os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
    return text.rpartition(b")")[2].split()[19].decode("ascii")


def _lifted(descriptor: int) -> int:
    """Move a descriptor out of the numbers that the observed program would get."""
    try:
        import fcntl

        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH_DESCRIPTOR)
    except (ImportError, OSError):
        return descriptor
    os.close(descriptor)
    return high
