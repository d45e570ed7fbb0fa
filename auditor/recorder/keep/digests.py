"""Hashes files beside the run: when they are first opened, and again at the end."""

from __future__ import annotations

import json
import os
import queue
import threading
import time

from ..observer import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Optional, Tuple

    Item = Tuple[str, Optional[List[int]], str]

__all__ = ["Digests"]

_RACY = 2_000_000_000  # ns: a younger change may not show in the times of a file
_POLITE = 10


class Digests(threading.Thread):
    """Appends to ``digests.jsonl``: ``when`` is *first* or *end*."""

    def __init__(self, place: str) -> None:
        super().__init__(daemon=True)
        self._place = place
        self._queue: queue.SimpleQueue[Optional[Item]] = queue.SimpleQueue()
        self._first: Dict[str, Dict[str, Any]] = {}

    def first(self, path: str, opened: Optional[List[int]], seen: str) -> None:
        """Hash ``path`` soon; ``opened`` is its state when the run opened it, if that is known."""
        if path not in self._first:
            self._first[path] = {}
            self._queue.put((path, opened, seen))

    def known(self, path: str, record: Dict[str, Any]) -> None:
        """Take a digest that the hook took before the file was overwritten."""
        self._first.setdefault(path, dict(record, hashed=0))

    def has(self, path: str) -> bool:
        """Say whether ``path`` was asked for, or is known."""
        return path in self._first

    def run(self) -> None:
        """Hash what is asked for, in order, at a lower priority than the run."""
        try:
            os.setpriority(os.PRIO_PROCESS, 0, _POLITE)  # of this thread only
        except OSError:
            pass
        with open(self._place, "a", encoding="ascii") as file:
            while True:
                item = self._queue.get()
                if item is None:
                    return
                record = _hashed(item[0], item[1])
                self._first[item[0]] = record
                _append(file, dict(record, path=item[0], when="first", seen=item[2]))

    def finish(self) -> None:
        """Wait until all that was asked for is hashed."""
        self._queue.put(None)
        self.join()

    def at_end(self, paths: Iterable[str]) -> None:
        """Hash ``paths``, and again what was hashed first, unless it is surely unchanged."""
        again = [path for path, record in self._first.items() if not _unchanged(path, record)]
        with open(self._place, "a", encoding="ascii") as file:
            for path in dict.fromkeys([*paths, *again]):
                _append(file, dict(_hashed(path, None), path=path, when="end"))

    def listed(self, paths: Iterable[str]) -> None:
        """Hash what the run saw by name only, which is as it was when the run started."""
        with open(self._place, "a", encoding="ascii") as file:
            for path in paths:
                record = _hashed(path, None)
                if record["digest"] is not None:
                    _append(file, dict(record, path=path, when="first", seen="listed"))


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
    hashed = record.get("hashed", 0)
    return now == record.get("stat") and now[4] < hashed - _RACY


def _append(file: Any, record: Dict[str, Any]) -> None:
    file.write(json.dumps(record) + "\n")
    file.flush()
