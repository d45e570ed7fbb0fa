"""What generators take from the operating system: written down, or in a replay given back."""

from __future__ import annotations

import sys
from _thread import get_ident

from .feed import feed_at
from .process import argv_of
from .roles import role_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Set

    from .journal import Journal

__all__ = ["Entropy", "text_of", "words_of"]

_MOST = 10_000
_MOST_CHARACTERS = 4 << 20
_DIGITS = 8  # of a word of 32 bits
_SILENT = ("tensorflow", "cupy")


class Entropy:
    """The account of this process. Values are hexadecimal text.

    ``missed`` counts those beyond what is written down, ``withheld`` those that may be keys, by who
    drew them.
    """

    def __init__(self, journal: Journal, observation: str = "") -> None:
        self.journal = journal
        self.missed = 0
        self.withheld: Dict[str, int] = {}
        self.forked = False
        self._feed = feed_at(observation) if observation else None
        self._role = ""
        self._children = 0
        self._draws = self._characters = 0
        self._muted: Set[int] = set()

    def taken(self, library: str, function: str, site: str, value: str) -> str:
        """Note that ``value`` was drawn; return what is to be in its place, most often itself."""
        given = self.given(library, function, site)
        used = value if given is None else given
        self.note(library, function, site, used, fed=given is not None)
        return used

    def given(self, library: str, function: str, site: str) -> Optional[str]:
        """Return what the original drew there, ``None`` where that is not known."""
        if self._feed is None:
            return None
        self.role()
        return self._feed.next((library, function, site))

    def give_back(self, library: str, function: str, site: str, value: str) -> None:
        """Take back what was given, and turned out not to be needed."""
        if self._feed is not None:
            self._feed.give_back((library, function, site), value)

    def refuses(self) -> bool:
        """Say whether no more is written down, and count the draw: a state takes time to read."""
        full = self._draws >= _MOST or self._characters >= _MOST_CHARACTERS
        if full and self._feed is None:
            self.missed += 1
            return True
        return False

    def note(self, library: str, function: str, site: str, value: str, *, fed: bool) -> None:
        """Write a draw down; ``fed``: it was given."""
        self._draws += 1
        self._characters += len(value)
        if self._draws > _MOST or self._characters > _MOST_CHARACTERS:
            self.missed += 1
            return
        names = {"library": library, "function": function, "site": site}
        self.journal.write("entropy", role=self.role(), value=value, fed=fed, **names)

    def take_back(self, library: str, function: str, site: str, value: str) -> None:
        """Undo the last ``note`` of that draw: it turned out not to be needed."""
        self._characters -= len(value)
        full = self._draws > _MOST or self._characters + len(value) > _MOST_CHARACTERS
        self._draws -= 1
        if full:
            self.missed -= 1
            return
        names = {"library": library, "function": function, "site": site}
        self.journal.write("undrawn", role=self.role(), **names)

    def withhold(self, who: str) -> None:
        """Count a draw whose value is not to be written down."""
        self.withheld[who] = self.withheld.get(who, 0) + 1

    def silently(self, draw: Any, *args: Any) -> Any:
        """Return what ``draw`` does, whose own use of ``os.urandom`` is accounted for."""
        thread = get_ident()
        self._muted.add(thread)
        try:
            return draw(*args)
        finally:
            self._muted.discard(thread)

    def silent(self) -> bool:
        """Say whether this thread's use of ``os.urandom`` is accounted for."""
        return get_ident() in self._muted

    def become(self, role: str) -> None:
        """Go on as the process of that role."""
        self._role = role
        if self._feed is not None:
            try:
                self._feed.become(role)
            except (OSError, ValueError):  # the observed program may have changed the files
                self._feed = None

    def child(self) -> None:
        """Count a child that is about to be forked: its number is a part of its role."""
        self._children += 1
        try:
            self.role()
        except Exception:
            pass

    def fork(self) -> None:
        """Begin the account of a forked child."""
        role = "%s/%d" % (self.role(), self._children)
        self._children = self._draws = self._characters = self.missed = 0
        self.withheld = {}
        self._muted = set()
        self.forked = True
        self.become(role)

    def facts(self) -> Dict[str, Any]:
        """Return what the last event says of it."""
        withheld: List[List[Any]] = [list(row) for row in self.withheld.items()]
        return {
            "missed": self.missed,
            "withheld": withheld,
            "silent": [name for name in _SILENT if name in sys.modules],
        }

    def role(self) -> str:
        """Return what this process is, which it becomes when it is first asked."""
        if not self._role:
            self.become(role_of(argv_of()))
        return self._role


def text_of(words: Any) -> str:
    """Return the text of words of 32 bits."""
    return "".join(["%08x" % word for word in words])


def words_of(text: str) -> List[int]:
    """Return the words of 32 bits in a text. Raises ``ValueError``."""
    return [int(text[at : at + _DIGITS], 16) for at in range(0, len(text), _DIGITS)]
