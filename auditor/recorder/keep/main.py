"""The keeper from start to end."""

from __future__ import annotations

import os
import signal
import sys
import time

from . import signals, system, tree
from .digests import Digests
from .entropy import lay_out
from .follow import follower
from .launch import StartError, environment, launch
from .listings import Listings
from .memory import oom_kills
from .pulse import Pulse
from .records import request_of, write
from .resolver import Resolver
from .stdin import feed, stdin_of
from .streams import Stream
from .used import used
from .watch import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Sequence

    from .signals import Ending
    from .stdin import Stdin

__all__ = ["main"]

_MOST = 1000


def main(arguments: Sequence[str]) -> int:
    """Take ``OBSERVATION -- ARGV…`` and return the status to exit with."""
    signals.block()
    folder, separator, argv = "".join(arguments[:1]), arguments[1:2], arguments[2:]
    if list(separator) != ["--"] or not argv:
        sys.stderr.write("usage: keeper.py OBSERVATION -- COMMAND [ARGUMENT…]\n")
        return 2
    return _Keeper(os.path.abspath(folder), list(argv)).run()


class _Keeper:
    def __init__(self, folder: str, argv: List[str]) -> None:
        self.folder = folder
        self.argv = argv
        self.request = request_of(folder)
        self.recorder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self.root = str(self.request["root"])
        self.cwd = str(self.request["cwd"])
        self.resolver = Resolver()
        self.killed = oom_kills()

    def run(self) -> int:
        """Run the command and write all records."""
        os.makedirs(os.path.join(self.folder, "events"), exist_ok=True)
        following = follower(self.folder, str(self.request["trace"]))
        self._prepare()
        unfed = lay_out(self.folder, str(self.request["entropy"]))
        skipped = (self.folder, str(self.request["store"]))
        before = tree.snapshot(self.root, skipped)
        digests = Digests(os.path.join(self.folder, "digests.jsonl"))
        self._named(digests)
        log = int(self.request["log"])
        streams = [Stream(os.path.join(self.folder, name), log) for name in ("stdout", "stderr")]
        stdin = self._stdin()
        asked = list(self.request["variables"])
        start = system.facts(self.argv, os.path.join(self.recorder, "inject"), asked)
        start["stdin"] = stdin.kind
        started, clock = _now(), time.monotonic()
        try:
            os.chdir(self.cwd)
            variables = environment(self.folder, os.path.join(self.recorder, "inject"))
            sinks = (streams[0].sink, streams[1].sink)
            pid = launch(self.argv, variables, stdin.descriptor, *sinks, following.ready)
            following.started()
        except StartError as error:
            following.started()
            following.finish()
            write(self.folder, "start.json", dict(start, started=started, pid=None))
            return self._refused(error, started)
        write(self.folder, "start.json", dict(start, started=started, pid=pid))
        stdin.start()
        streams[0].copy_to(1, lambda: _kill(pid))
        streams[1].copy_to(2, lambda: _kill(pid))
        if self.request["pulse"]:
            Pulse(str(self.request["pulse"]), lambda: _kill(pid)).start()
        listings = Listings(self.root, before, int(self.request["keep"]))
        watch = Watch(self.folder, self.recorder, self.root, digests, listings)
        watch.start()
        ending = signals.attend(pid)
        times = {
            "started": started,
            "finished": _now(),
            "duration": time.monotonic() - clock,
        }
        notes = unfed + [note for stream in streams for note in stream.finish()]
        write(self.folder, "stdin.json", stdin.finish())
        notes += following.finish()
        notes += watch.finish()
        notes += self._used(watch)
        self._outputs(digests, tree.changes(before, tree.snapshot(self.root, skipped)), watch)
        listings.write(os.path.join(self.folder, "names.json"))
        notes += listings.take_contents(digests, watch.written)
        notes += digests.notes()
        return self._end(ending, times, notes)

    def _stdin(self) -> Stdin:
        given = self.request["stdin"]
        if given:
            feed(str(given["kind"]), str(given["path"]))
        return stdin_of(self.folder, int(self.request["keep"]))

    def _prepare(self) -> None:
        os.makedirs(os.path.join(self.folder, "contents"), exist_ok=True)
        parts = [self.root, str(self.request["store"]), str(self.request["keep"])]
        parts += self.request["variables"]
        with open(os.path.join(self.folder, "settings"), "wb") as file:
            file.write(b"\0".join(os.fsencode(part) for part in parts))
        if self.request["offline"]:
            self.resolver.listen()

    def _named(self, digests: Digests) -> None:
        """Hash what was declared, and the files that the command line names."""
        for path in self._declared("inputs"):
            for file in tree.files_below(path):
                digests.first(file, None, "declared")
        for word in self.argv:
            for text in (word, word.partition("=")[2]):
                path = os.path.normpath(os.path.join(self.cwd, text)) if text else ""
                if path.startswith(self.root + "/") and os.path.isfile(path):
                    digests.first(path, None, "argv")

    def _declared(self, kind: str) -> List[str]:
        paths = self.request[kind]
        return [os.path.normpath(os.path.join(self.cwd, path)) for path in paths]

    def _outputs(self, digests: Digests, changes: Dict[str, Any], watch: Watch) -> None:
        """Hash all that the run left in the project, and what was declared."""
        below = self.root.rstrip("/") + "/"
        there = [path for path in watch.written if os.path.lexists(path)]
        outside = [path for path in there if not path.startswith(below)]
        gone = len(watch.written) - len(there)
        write(self.folder, "tree.json", dict(changes, elsewhere=outside[:_MOST], gone=gone))
        paths = [path for path in there if path.startswith(below)]
        paths += [os.path.join(self.root, path) for path in changes["changed"]]
        for path in (*self._declared("outputs"), *self._declared("metrics"), *watch.outputs):
            paths += tree.files_below(path)
        digests.at_end(paths)

    def _used(self, watch: Watch) -> List[str]:
        record, notes = used(self.folder, {self.root, *watch.apart})
        if record is not None:
            write(self.folder, "programs.json", record)
        return notes

    def _end(self, ending: Ending, times: Dict[str, Any], notes: List[str]) -> int:
        record = dict(ending.record(), blind=notes, error="", **times)
        record.update(oom_kills=oom_kills() - self.killed, lookups=self.resolver.counts())
        write(self.folder, "exit.json", record)
        return ending.code

    def _refused(self, error: StartError, started: str) -> int:
        record: Dict[str, Any] = {
            "code": error.code,
            "signal": None,
            "interrupted": False,
            "error": str(error),
            "blind": [],
            "started": started,
            "finished": _now(),
            "duration": 0.0,
            "usage": None,
        }
        write(self.folder, "exit.json", record)
        return error.code


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _now() -> str:
    """Return the time of day as RFC 3339 in UTC."""
    seconds = time.time()
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return "%s.%06dZ" % (whole, int(seconds % 1 * 1_000_000))
