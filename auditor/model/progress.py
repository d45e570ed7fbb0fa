"""What is going on, as it is told to a person."""

from __future__ import annotations

from typing import Self

__all__ = ["Amount"]


class Amount(str):
    """A line that also says how far along it is: ``done`` of ``total``, of any unit."""

    __slots__ = ("done", "total")

    def __new__(cls, text: str, done: float, total: float) -> Self:
        """Take the line, and the two numbers."""
        made = super().__new__(cls, text)
        made.done = done
        made.total = total
        return made

    done: float
    total: float
