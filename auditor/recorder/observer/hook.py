"""Puts the observer into this process: the audit hook, the patches, the last words."""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from . import process
from .children import Children
from .console import Console
from .entropy import Entropy
from .environ import Environ
from .failures import Failures
from .files import Files
from .imports import Finder
from .journal import Journal
from .ledger import Ledger
from .network import Network
from .places import Places
from .said import Own, Said
from .tracking import Tracking
from .urandom import Urandom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Set, Tuple

__all__ = ["Observer", "install"]


class Observer:
    """All that is observed of one process; events go to the journal."""

    def __init__(self, observation: str, recorder: str) -> None:
        root, store, keep, self.asked = _settings(observation)
        self.inject = os.path.join(recorder, "inject")
        self.journal = Journal(observation)
        self.places = Places(root, (observation, recorder, store))
        self.files = Files(self.places, self.journal, os.path.join(observation, "contents"), keep)
        watched = os.path.join(observation, "events", "files.jsonl")
        self.files.unseen_reads = not os.path.exists(watched)
        self.children = Children(self.files, self.journal)
        self.console = Console(self.journal)
        self.network = Network(self.journal)
        self.failures = Failures(self.journal, self.network)
        self.entropy = Entropy(self.journal, observation)
        self.ledger = Ledger(self.places, self.journal, self.entropy)
        self.said = Said(self.journal, self.ledger)
        self.tracking = Tracking(self.journal)
        self._ended = False
        self._busy: Set[int] = set()
        self._own = os.path.dirname(os.path.abspath(__file__))
        self._handlers = self._events()

    def start(self) -> None:
        """Write the first event, then listen."""
        import atexit

        facts = process.facts(self.inject, self.asked)
        self.journal.write("start", fork=False, **facts)
        Environ(self.places, self.journal, set(facts["variables"])).watch()
        atexit.register(self.finish)
        os.register_at_fork(before=self.entropy.child, after_in_child=self.forked)
        Urandom(self.entropy, self.places).watch()
        sys.addaudithook(self.listen)
        patches = dict(self.ledger.patches())
        patches.update(self.tracking.patches())
        patches["threading"] = self.failures.threads
        patches["multiprocessing.util"] = self._pools
        Finder(patches).install()
        self.said.listen()
        Own(os.path.dirname(self.inject)).install()

    def listen(self, event: str, args: Tuple[Any, ...]) -> None:
        """Take one audit event. Errors of the observer end here; those of the program pass."""
        handler = self._handlers.get(event)
        if handler is None:
            return
        thread = get_ident()
        if thread in self._busy:
            return
        self._busy.add(thread)
        try:
            handler(*args)
        except Exception as error:
            if not self._is_own(error):
                raise
            self.journal.lost += 1
        finally:
            self._busy.discard(thread)

    def finish(self) -> None:
        """Write the last event, once a process: what only the end can tell."""
        if self._ended:
            return
        self._ended = True
        thread = get_ident()
        self._busy.add(thread)
        try:
            from .ending import facts

            self.tracking.conclude()
            self.journal.write("end", **facts(self.ledger, self.network, self.journal))
        except Exception:
            pass
        finally:
            self._busy.discard(thread)

    def forked(self) -> None:
        """Begin the record of a forked child."""
        try:
            self.journal.forked()
            self.ledger.forked()
            self.network.forked()
            self.said.forked()
            self.tracking.forked()
            self._ended = False
            self._busy = set()
            self.journal.write("start", fork=True, **process.facts(self.inject, self.asked))
        except Exception:
            pass

    def _pools(self, util: Any) -> None:
        """Patch ``multiprocessing.util``: its children end without ``atexit``."""
        util.register_after_fork(self, _finalised_by(util))

    def _is_own(self, error: BaseException) -> bool:
        """Say whether an error arose in the observer, not in a signal handler of the program."""
        step = error.__traceback__
        while step is not None:
            filename = step.tb_frame.f_code.co_filename
            if not filename.startswith(self._own) and not self.places.standard(filename):
                return False
            step = step.tb_next
        return True

    def _events(self) -> Dict[str, Callable[..., None]]:
        return {
            "open": self.files.opened,
            "import": self.files.imported,
            "os.rename": self.files.renamed,
            "os.remove": self.files.removed,
            "os.truncate": self.files.truncated,
            "os.mkdir": self.files.made,
            "os.listdir": self.files.listed,
            "os.scandir": self.files.listed,
            "sqlite3.connect": self.files.database,
            "subprocess.Popen": self.children.popen,
            "os.system": self.children.system,
            "os.exec": self.children.executed,
            "os.posix_spawn": self.children.spawned,
            "socket.connect": self.network.connected,
            "socket.sendto": self.network.sent,
            "socket.sendmsg": self.network.sent,
            "socket.getaddrinfo": self.network.looked_up,
            "socket.gethostbyname": self.network.looked_up,
            "builtins.input": self.console.asked,
            "sys.excepthook": self.failures.uncaught,
        }


def install(observation: str, recorder: str) -> None:
    """Observe this process from now on."""
    Observer(observation, recorder).start()


def _finalised_by(util: Any) -> Callable[[Observer], None]:
    def register(observer: Observer) -> None:
        util.Finalize(None, observer.finish, exitpriority=-1000)

    return register


def _settings(observation: str) -> Tuple[str, str, int, List[str]]:
    """Return what the keeper left: root, store, the size up to which contents are kept, variables.

    The variables are those whose values are wanted besides the allow-listed ones.
    """
    descriptor = os.open(os.path.join(observation, "settings"), os.O_RDONLY | os.O_CLOEXEC)
    try:
        root, store, keep, *asked = os.read(descriptor, 1 << 20).split(b"\0")
    finally:
        os.close(descriptor)
    return os.fsdecode(root), os.fsdecode(store), int(keep), [os.fsdecode(name) for name in asked]
