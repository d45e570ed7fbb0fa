"""Bounded evidence: the first differences, as lines that any renderer can show."""

from __future__ import annotations

from typing import Any

__all__ = ["MAX_LINES", "Lines", "shown"]

MAX_LINES = 20
_MAX_WIDTH = 160


def shown(value: Any) -> str:  # noqa: ANN401 - what a file holds
    """Return ``value`` as one line of at most 160 characters that is valid Unicode."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > _MAX_WIDTH:
        text = text[: _MAX_WIDTH - 1] + "…"
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in clean)


class Lines:
    """Collects up to ``MAX_LINES`` lines, and counts the rest."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = 0

    def add(self, line: str) -> None:
        """Keep ``line``, or count it."""
        if len(self._lines) < MAX_LINES:
            self._lines.append(shown(line))
        else:
            self._more += 1

    def pair(self, where: str, a: Any, b: Any) -> None:  # noqa: ANN401 - what files hold
        """Keep one difference at ``where``."""
        if len(self._lines) >= MAX_LINES:
            self._more += 1
            return
        half = _MAX_WIDTH // 2 - 20
        self.add(f"{where}: {shown(a)[:half]} → {shown(b)[:half]}")

    def more(self, count: int) -> None:
        """Count ``count`` more differences that are not shown."""
        self._more += count

    def result(self) -> tuple[str, ...]:
        """Return the lines, and last how many more there are."""
        more = (f"… and {self._more} more",) if self._more else ()
        return (*self._lines, *more)
