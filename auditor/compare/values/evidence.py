"""Bounded evidence: the first differences, as lines that any renderer can show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["MAX_LINES", "Lines", "shown"]

MAX_LINES = 20
_MAX_WIDTH = 160
_MORE = re.compile(r"… and (\d+) more", re.ASCII)


def shown(value: Any) -> str:  # noqa: ANN401 - what a file holds
    """Return ``value`` as one line of at most 160 characters that is valid Unicode."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > _MAX_WIDTH:
        text = text[: _MAX_WIDTH - 1] + "…"
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in clean)


class Lines:
    """Collects up to ``MAX_LINES`` lines, and counts the rest.

    A line of a higher rank makes way for one of a lower rank, which says more: else the elements
    of the first few arrays would leave no room for the one setting that explains them all.
    """

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._more = 0

    def add(self, line: str) -> None:
        """Keep ``line``, or count it."""
        self._add(_Line(line))

    def pair(self, where: str, a: Any, b: Any, rank: int = 0) -> None:  # noqa: ANN401 - what files hold
        """Keep one difference at ``where``, or count it; those of a rank stand last."""
        half = _MAX_WIDTH // 2 - 20
        if len(self._lines) < MAX_LINES or rank < self._last().rank:
            text = f"{where}: {_cut(shown(a), half)} → {_cut(shown(b), half)}"
            self._add(_Line(text, rank, late=rank > 0))
        else:
            self._more += 1

    def part(self, name: str, lines: Iterable[str]) -> None:
        """Keep the lines of a part called ``name``; its first ones before those of other parts."""
        for rank, line in enumerate(lines):
            if match := _MORE.fullmatch(line):
                self.more(int(match[1]))
            else:
                self._add(_Line(f"{name}: {line}", rank))

    def more(self, count: int) -> None:
        """Count ``count`` more differences that are not shown."""
        self._more += count

    def result(self) -> tuple[str, ...]:
        """Return the lines, and last how many more there are."""
        more = (f"… and {self._more} more",) if self._more else ()
        ordered = sorted(self._lines, key=lambda line: line.late)
        return (*(shown(line.text) for line in ordered), *more)

    def _add(self, line: _Line) -> None:
        self._lines.append(line)
        if len(self._lines) > MAX_LINES:
            self._lines.remove(self._last())
            self._more += 1

    def _last(self) -> _Line:
        """Return the line that makes way first: of the highest rank the one that came last."""
        return max(reversed(self._lines), key=lambda line: line.rank)


class _Line:
    """One line; ``late`` ones stand behind the others."""

    __slots__ = ("late", "rank", "text")

    def __init__(self, text: str, rank: int = 0, *, late: bool = False) -> None:
        self.text = text
        self.rank = rank
        self.late = late


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
