"""Follows the event files while the command runs."""

from __future__ import annotations

import json
import os
import threading

from .inventories import Inventories
from .named import named
from .tree import files_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Tuple

    from .digests import Digests
    from .listings import Listings

__all__ = ["Tail", "Watch"]

_PERIOD = 0.03
_MOST = 1 << 20  # bytes of a file at once
_SHARED = frozenset({"/usr/local", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share"})


class Tail:
    """Reads what was appended to the files of a folder; a torn last line waits for its end."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._known: Dict[str, Tuple[int, bytes]] = {}

    def poll(self) -> Iterator[Dict[str, Any]]:
        """Yield the events that are new; lines that are none are passed over."""
        for entry in list(os.scandir(self._folder)):
            end = entry.stat().st_size if entry.is_file(follow_symlinks=False) else 0
            while self._known.get(entry.name, (0, b""))[0] < end:
                yield from self._next(entry)

    def _next(self, entry: os.DirEntry[str]) -> Iterator[Dict[str, Any]]:
        offset, rest = self._known.get(entry.name, (0, b""))
        with open(entry.path, "rb") as file:
            file.seek(offset)
            data = file.read(_MOST)
        *lines, torn = (rest + data).split(b"\n")
        self._known[entry.name] = (offset + len(data), torn)
        return (event for event in map(_event, lines) if event is not None)


class Watch(threading.Thread):
    """Hands events on: reads are hashed, listed folders noted, interpreters asked what they have.

    ``written`` are the paths that the run wrote, in the order of the events; ``outputs`` those that
    it said were its outputs; ``apart`` what
    belongs to the interpreters and not to the system.
    """

    def __init__(
        self, folder: str, recorder: str, root: str, digests: Digests, listings: Listings
    ) -> None:
        super().__init__(daemon=True)
        self.written: Dict[str, None] = {}
        self.apart: Dict[str, None] = {}
        self.outputs: Dict[str, None] = {}
        self._root = root
        self._tail = Tail(os.path.join(folder, "events"))
        self._inventories = Inventories(folder, recorder, root)
        self._digests = digests
        self._listings = listings
        self._stopping = threading.Event()
        self._failures = 0

    def run(self) -> None:
        """Poll until told to stop, and once more then."""
        self._digests.start()
        while not self._stopping.wait(_PERIOD):
            self._poll()
        self._poll()

    def finish(self) -> List[str]:
        """Take the last events; return what there is to know about the observation itself."""
        self._stopping.set()
        self.join()
        notes = self._inventories.finish()
        self._digests.finish()
        if self._failures:
            notes.append("%d events could not be followed" % self._failures)
        return notes

    def _poll(self) -> None:
        try:
            for event in self._tail.poll():
                self._try(event)
        except OSError:
            self._failures += 1

    def _try(self, event: Dict[str, Any]) -> None:
        try:
            self._take(event)
        except (KeyError, TypeError, ValueError, OSError):
            self._failures += 1

    def _take(self, event: Dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "read":
            self._digests.first(str(event["path"]), list(event["stat"]), str(event["seen"]))
        elif kind == "digest":
            self._digests.known(str(event["path"]), event)
        elif kind == "write":
            self.written[str(event["path"])] = None
        elif kind == "rename" and event["to"]:
            self.written[str(event["to"])] = None
        elif kind == "declared":
            self._declared(str(event["name"]), event["stat"], str(event["kind"]))
        elif kind == "list":
            self._listings.saw(str(event["path"]))
        elif kind == "start":
            interpreter = event["interpreter"]
            self._inventories.of(
                str(interpreter["executable"]), str(interpreter["prefix"]), list(event["path"])
            )
            self.apart.update(dict.fromkeys(_own(interpreter, event["path"])))
        elif kind == "executed":
            self._executed(event)

    def _executed(self, event: Dict[str, Any]) -> None:
        files, folder = named(event, self._root)
        for path in filter(self._listings.had, files):
            self._digests.first(path, None, "argv")
        if folder:
            self._listings.saw(folder)

    def _declared(self, path: str, stat: Any, kind: str) -> None:
        if kind == "output":
            self.outputs[path] = None
            return
        for file in files_below(path):
            self._digests.first(file, stat, "declared")


def _own(interpreter: Dict[str, Any], path: List[str]) -> List[str]:
    """Return the program of an interpreter, its folders, and those that it imports from."""
    folders = [interpreter["prefix"], interpreter["base_prefix"], *path]
    found = [os.path.realpath(str(folder)) for folder in folders if folder]
    return [
        os.path.realpath(str(interpreter["executable"])),
        *(folder for folder in found if folder.count("/") > 1 and folder not in _SHARED),
    ]


def _event(line: bytes) -> Any:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
