"""Progress bars: states that a later one overwrote on its line of the terminal."""

from __future__ import annotations

import re

__all__ = ["Overwritten", "is_state"]

_MOST_SHOWN = 60
# A count of a total, or a percentage: what a bar shows while it runs.
_COUNT = re.compile(r"\d\s?/\s?\d|\d\s?%|\d[a-z]{0,9} \[\d+:\d\d|[━█]{3}")


def is_state(text: str) -> bool:
    """Say whether ``text``, which was overwritten, is a bar's passing state, or blank."""
    return not text or text.isspace() or _COUNT.search(text) is not None


class Overwritten:
    """The states of bars that were left out of one text: how many, and which."""

    def __init__(self) -> None:
        self.count = 0
        self._seen = 0
        self._last = ""

    def add(self, text: str) -> None:
        """Leave out ``text``; blanks that clear a line are no state."""
        if text and not text.isspace():
            self.count += 1
            self._seen = hash((self._seen, text))
            self._last = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Overwritten) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def shown(self) -> str:
        """Return how many there were, and the last."""
        if not self.count:
            return "no state"
        return f"{self.count} states, last {' '.join(self._last.split())[:_MOST_SHOWN]}"

    def _key(self) -> tuple[int, int]:
        return self.count, self._seen
