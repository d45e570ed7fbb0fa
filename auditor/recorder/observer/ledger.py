"""The account of generators: which were seeded with what, and which the system's entropy fed."""

from __future__ import annotations

import sys
from _thread import get_ident

from .entropy import Entropy
from .states import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    from .journal import Journal
    from .places import Places

    Followed = Tuple[Any, str, str, Callable[[], Any], Any]

__all__ = ["GLOBAL", "Global", "Ledger", "shown"]

GLOBAL = "global generator"
_WORKERS = ("torch.utils.data._utils.worker",)
_MOST = 1000
_LONG = 200


class Ledger:
    """Counts seeds and unseeded uses by call site; the first of each is an event at once."""

    def __init__(self, places: Places, journal: Journal, entropy: Optional[Entropy] = None) -> None:
        self.places = places
        self.journal = journal
        self.entropy = entropy or Entropy(journal)
        self.globals: List[Global] = []
        self.flush: List[Callable[[], None]] = []
        self.unfollowed = 0
        self.late_states: List[List[Any]] = []
        self._followed: List[Followed] = []
        self._derived: Dict[Tuple[str, str], int] = {}
        self._covered: Dict[int, int] = {}
        self._calling: Dict[int, str] = {}
        self._counts: Dict[Tuple[str, ...], int] = {}

    def patches(self) -> Dict[str, Callable[[Any], None]]:
        """Return the patches by the name of the module they are for."""
        from .libraries import patches

        return patches(self)

    def seeded(self, library: str, function: str, value: Any, frame: Any) -> None:
        """Note that ``function`` was called with the seed ``value``.

        Those that libraries set when they are imported, or that derive from one that is noted,
        are only counted.
        """
        if self._covered.get(get_ident()) or _derives(frame) or self.places.importing(frame):
            self.derive(library, function)
            return
        site = self.places.site(frame)
        self._note(("seed", library, function, shown(value), site))

    def made(self, library: str, function: str, value: Any, frame: Any) -> None:
        """Note that project code made a generator with the seed ``value``.

        Those that libraries make for themselves have seeds that derive from others.
        """
        if self.places.inside(frame):
            self.seeded(library, function, value, frame)
        else:
            self.derive(library, function)

    def derive(self, library: str, function: str) -> None:
        """Count a seed that a library chose."""
        key = (library, function)
        if key in self._derived or len(self._derived) < _MOST:
            self._derived[key] = self._derived.get(key, 0) + 1

    def cover(self, step: int) -> None:
        """Begin (1) or end (-1) a call in which seeds derive from one that is noted."""
        thread = get_ident()
        self._covered[thread] = self._covered.get(thread, 0) + step

    def drew(self, library: str, function: str, site: str) -> None:
        """Note that a generator started from the entropy of the system."""
        self._note(("unseeded", library, function, "", site))

    def follow(self, library: str, function: str, generator: Any, state: Callable[[], Any]) -> None:
        """Note ``generator``, which a library made when it was imported, only if it draws.

        ``state`` returns what changes with each draw. One that nobody else holds at the end
        served the import alone.
        """
        if len(self._followed) < _MOST:
            self._followed.append((generator, library, function, state, state()))

    def calling(self) -> str:
        """Return the name of the patched function that this thread is in, or ``""``."""
        return self._calling.get(get_ident(), "")

    def wrap(
        self,
        modules: Any,
        name: str,
        note: Callable[[Any, Any], None],
        made: Optional[Callable[[Any, Any, Any], Any]] = None,
    ) -> None:
        """Replace the function ``name`` of ``modules`` by one that calls ``note`` first.

        ``note`` is given the first argument (``None`` if there is none) and the caller's frame;
        it is not called for what a patched function calls itself. ``made`` is called afterwards,
        and is given the result as well; what it returns, if anything, takes the result's place.
        """
        from functools import wraps

        original = getattr(modules[0], name)
        calling = self._calling

        @wraps(original)
        def seeding(*args: Any, **kwargs: Any) -> Any:
            thread = get_ident()
            if thread in calling:
                return original(*args, **kwargs)
            calling[thread] = name
            frame = sys._getframe(1)  # noqa: SLF001 - the call site
            try:
                _quietly(note, _first(args, kwargs), frame)
                result = original(*args, **kwargs)
                instead = None
                if made is not None:
                    instead = _quietly(made, _first(args, kwargs), frame, result)
                return result if instead is None else instead
            finally:
                calling.pop(thread, None)

        seeding.__qualname__ = name  # as pickle looks it up
        for module in modules:
            if getattr(module, name, None) is original or module is modules[0]:
                setattr(module, name, seeding)

    def conclude(self) -> None:
        """Look a last time at what only the end can tell."""
        for flush in self.flush:
            _quietly(flush)
        for generator in self.globals:
            _quietly(generator.conclude)
        _quietly(self._conclude_followed)

    def seeds(self) -> List[List[Any]]:
        """Return ``[library, function, value, site, count]`` of each seed."""
        return [[*key[1:], count] for key, count in self._counts.items() if key[0] == "seed"]

    def unseeded(self) -> List[List[Any]]:
        """Return ``[library, function, site, count]`` of each unseeded use."""
        rows = [(key, count) for key, count in self._counts.items() if key[0] == "unseeded"]
        return [[key[1], key[2], key[4], count] for key, count in rows]

    def derived(self) -> List[List[Any]]:
        """Return ``[library, function, count]`` of the seeds that libraries chose."""
        return [[*key, count] for key, count in self._derived.items()]

    def states(self) -> List[List[Any]]:
        """Return ``[library, generator, first, last]``, digests of states."""
        rows = [generator.digests() for generator in self.globals]
        return [row for row in rows if row[2:] != [None, None]] + self.late_states

    def forked(self) -> None:
        """Count anew; generators keep what they are known by."""
        self.entropy.fork()
        for generator in self.globals:
            generator.look()
        self._counts = {}
        self._derived = {}
        self.late_states = []
        self._calling.clear()

    def _conclude_followed(self) -> None:
        nobodys = object()
        followed = [(nobodys, "", "", bool, False), *self._followed]
        del nobodys
        self._followed = []
        free = 0
        for generator, library, function, state, before in followed:
            count = sys.getrefcount(generator)
            free = free or count
            if count > free and state() != before:
                self.drew(library, function, "")

    def _note(self, key: Tuple[str, ...]) -> None:
        if key not in self._counts:
            if len(self._counts) >= _MOST:
                return
            self._counts[key] = 0
            event, library, function, value, site = key
            members = {"library": library, "function": function, "site": site}
            if event == "seed":
                members["value"] = value
            self.journal.write(event, **members)
        self._counts[key] += 1


class Global:
    """A module's global generator: whether it drew before anyone seeded it.

    ``state`` returns something that changes with every draw and can be compared. ``begin`` takes
    account of a start that came from entropy, and may give the generator another; ``content``
    returns the state as bytes, the same in every run that is in it.
    """

    def __init__(
        self,
        ledger: Ledger,
        library: str,
        state: Callable[[], Any],
        begin: Callable[[], None] = bool,  # type: ignore[assignment]
        content: Optional[Callable[[], bytes]] = None,
    ) -> None:
        self._ledger = ledger
        self._library = library
        self._state = state
        self._begin = begin
        self._content = content
        self._first: Optional[bytes] = None
        self.restart()
        ledger.globals.append(self)

    def seeded(self) -> None:
        """Take note of a seeding that is about to happen, which is accounted for itself."""
        self.conclude()
        self._known = True

    def restart(self) -> None:
        """Begin from the state that the generator has now, which came from entropy."""
        self._known = False
        _quietly(self._begin)
        self._start = self._state()
        self.look()

    def look(self) -> None:
        """Take the state that it has now for the first one."""
        self._first = self._read()

    def digests(self) -> List[Any]:
        """Return the library, the generator's name, and digests of the first state and of this."""
        return [self._library, GLOBAL, digest_of(self._first), digest_of(self._read())]

    def renew(self) -> None:
        """Take account of the start again if that is still the generator's state."""
        if not self._known and self._state() == self._start:
            self.restart()

    def _read(self) -> Optional[bytes]:
        content: Optional[bytes] = None if self._content is None else _quietly(self._content)
        return content

    def conclude(self) -> None:
        """Note an unseeded use if the state has moved since an unseeded start."""
        if not self._known:
            now = self._state()
            if now != self._start:
                self._ledger.drew(self._library, GLOBAL, "")
            self._start = now


def shown(value: Any) -> str:
    """Return a seed as text: numbers, strings and sequences of them, else its type's name."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    kind = type(value).__name__
    if isinstance(value, (bool, int, float, str, bytes, bytearray)) or kind == "SeedSequence":
        return repr(value)[:_LONG]
    if isinstance(value, (list, tuple)):
        return repr([shown(item) for item in value[:20]]).replace("'", "")[:_LONG]
    return "<%s>" % kind


def _derives(frame: Any) -> bool:
    """Say whether a frame is of what seeds each worker of a data loader."""
    return str(frame.f_globals.get("__name__", "")) in _WORKERS


def _first(args: Any, kwargs: Any) -> Any:
    return args[0] if args else next(iter(kwargs.values()), None)


def _quietly(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    except Exception:
        return None
