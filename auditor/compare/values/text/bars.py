"""Progress bars: states that a later one overwrote on its line of the terminal.

How often a bar is drawn is a matter of time, so its passing states mean nothing. The state in which
it ended does: a bar that starts again for each epoch draws over what it said of the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

__all__ = ["Overwritten", "Segment", "shown_lines"]

# A line, or what stands before a carriage return, and how it ended: with that, "\n", or nothing.
Segment = tuple[str, str]

_MOST_SHOWN = 60
# A count of a total, or a percentage: what a bar shows while it runs.
_COUNT = re.compile(r"\d\s?/\s?\d|\d\s?%|\d[a-z]{0,9} \[\d+:\d\d|[━█]{3}")
_COMPLETE = re.compile(r"(?<![\d.])(?:100\s?%|(\d{1,18})\s?/\s?\1(?![\d.]))")
# A bar below another one is drawn by going down a line, and up again.
_UP = "\x1b[A"
_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x08")


def shown_lines(segments: Iterable[Segment], overwritten: Overwritten) -> Iterator[Segment]:
    """Yield what stays to be seen: lines, and the state in which each bar ended.

    All other states are left out, and counted in ``overwritten``.
    """
    held: dict[int, _State] = {}
    for text, end, moved in _with_moves(segments):
        passing = end == "\r" or moved or _UP in text
        if not passing and not held:
            yield text, end
            continue
        state, level = _State(text), text.count(_UP)
        if not passing or not (state.blank or state.bar):
            yield from _released(held, state if state.bar else None, overwritten)
            yield text, end
        elif state.blank:
            _drop(held, level, overwritten)
        else:
            last = held.get(level)
            if last and (last.key != state.key or not state.complete):
                yield held.pop(level).text, ""
            _drop(held, level, overwritten)
            if state.complete:
                held[level] = state
            else:
                overwritten.add(state.text)
    yield from _released(held, None, overwritten)


class Overwritten:
    """The states of bars that were left out of one text: how many, and which."""

    def __init__(self) -> None:
        self.count = 0
        self._seen = 0
        self._last = ""

    def add(self, text: str) -> None:
        """Leave out ``text``."""
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


class _State:
    """What one segment shows: nothing, text, or the state of a bar, named by ``key``."""

    __slots__ = ("bar", "blank", "complete", "key", "text")

    def __init__(self, text: str) -> None:
        plain = _CODES.sub("", text).strip()
        count = _COUNT.search(plain)
        self.text = text.replace(_UP, "").strip("\b")
        self.blank = not plain
        self.bar = count is not None
        self.key = plain[: count.start()].rstrip("0123456789.") if count else ""
        self.complete = _COMPLETE.search(plain) is not None


def _released(
    held: dict[int, _State], by: _State | None, overwritten: Overwritten
) -> Iterator[Segment]:
    """Yield the states in which bars ended, but for the one that ``by`` shows again."""
    for level in sorted(held):
        state = held.pop(level)
        if by is not None and by.key == state.key:
            overwritten.add(state.text)
        else:
            yield state.text, ""


def _drop(held: dict[int, _State], level: int, overwritten: Overwritten) -> None:
    if level in held:
        overwritten.add(held.pop(level).text)


def _with_moves(segments: Iterable[Segment]) -> Iterator[tuple[str, str, bool]]:
    """Yield segments, and whether a line ended only for a bar below it to be drawn."""
    waiting: Segment | None = None
    for text, end in chain(segments, [(" ", "")]):
        if not text and end == "\r":
            continue
        if waiting is not None:
            yield *waiting, waiting[1] == "\n" and _UP in text
        waiting = (text, end)
