"""Hashes files beside the run: when they are first opened, and again at the end.

What is known of a file is on the disk and not in memory: a run may open millions of files.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from itertools import chain

from ..observer import content
from ..observer.seen import Seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

    Item = Tuple[str, Optional[List[int]], str]

__all__ = ["Digests"]

_RACY = 2_000_000_000  # ns: a younger change may not show in the times of a file
_POLITE = 10
_WAITING = 20_000


class Digests(threading.Thread):
    """Appends to ``digests.jsonl``: ``when`` is *first* or *end*."""

    def __init__(self, place: str) -> None:
        super().__init__(daemon=True)
        self._place = place
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(place, flags, 0o600)
        self._queue: queue.Queue[Optional[Item]] = queue.Queue(_WAITING)
        self._seen = Seen()
        self._saved: Dict[str, Dict[str, Any]] = {}
        self._lost = 0

    def first(self, path: str, opened: Optional[List[int]], seen: str) -> None:
        """Hash ``path`` soon; ``opened`` is its state when the run opened it, if that is known.

        Waits while very many are to be hashed before it, which holds up nobody but the caller.
        """
        if self._seen.add(path):
            self._queue.put((path, opened, seen))

    def known(self, path: str, record: Dict[str, Any]) -> None:
        """Take a digest that the hook took before the file was overwritten."""
        if self._seen.add(path):
            self._saved[path] = dict(record, hashed=0)

    def has(self, path: str) -> bool:
        """Say whether ``path`` was asked for, or is known."""
        return path in self._seen

    def run(self) -> None:
        """Hash what is asked for, in order, at a lower priority than the run."""
        try:
            os.setpriority(os.PRIO_PROCESS, 0, _POLITE)  # of this thread only
        except OSError:
            pass
        for path, opened, seen in iter(self._queue.get, None):
            self._append(dict(_hashed(path, opened), path=path, when="first", seen=seen))

    def finish(self) -> None:
        """Wait until all that was asked for is hashed."""
        self._queue.put(None)
        self.join()

    def notes(self) -> List[str]:
        """Return what there is to know about the hashing itself."""
        return ["%d digest(s) could not be written down" % self._lost] if self._lost else []

    def at_end(self, paths: Iterable[str]) -> None:
        """Hash ``paths``, and again what was hashed first, unless it is surely unchanged."""
        done = Seen()
        again = (path for path, record in self._first() if not _unchanged(path, record))
        for path in chain(paths, again):
            if done.add(path):
                self._append(dict(_hashed(path, None), path=path, when="end"))

    def listed(self, paths: Iterable[str]) -> None:
        """Hash what the run saw by name only, which is as it was when the run started."""
        for path in paths:
            record = _hashed(path, None)
            if record["digest"] is not None:
                self._append(dict(record, path=path, when="first", seen="listed"))

    def _first(self) -> Iterator[Tuple[str, Dict[str, Any]]]:
        """Yield what was hashed first, as it was written down, up to where that is now."""
        yield from self._saved.items()
        with open(self._place, "rb") as file:
            end = os.fstat(file.fileno()).st_size
            while file.tell() < end:
                try:
                    record = json.loads(file.readline())
                except ValueError:  # the disk was full
                    continue
                if record["when"] == "first":
                    yield record["path"], record

    def _append(self, record: Dict[str, Any]) -> None:
        line = json.dumps(record).encode("ascii") + b"\n"
        try:
            written = os.write(self._file, line)
        except OSError:
            written = 0
        if written < len(line):  # the disk is full
            self._lost += 1


def _hashed(path: str, opened: Optional[List[int]]) -> Dict[str, Any]:
    record: Dict[str, Any] = {"digest": None, "size": None, "stat": None, "executable": False}
    record.update(reason="", hashed=time.time_ns())
    try:
        record.update(content.digest(path))
    except OSError as error:
        record["reason"] = "could not be read: %s" % error.strerror
        return record
    if record["digest"] is None:
        record["reason"] = "changed while it was hashed"
    elif opened is not None and record["stat"] != opened:
        record["digest"] = None
        record["reason"] = "changed before it could be hashed"
    return record


def _unchanged(path: str, record: Dict[str, Any]) -> bool:
    try:
        now = content.state(os.stat(path))
    except OSError:
        return False
    return now == record["stat"] and now[4] < int(record["hashed"]) - _RACY
