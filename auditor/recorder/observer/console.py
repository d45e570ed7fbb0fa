"""Questions to whoever sits at the standard input."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .journal import Journal

__all__ = ["Console"]


class Console:
    """Writes an ``input`` event at the first ``input()`` of a process."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._asked = False

    def asked(self, _prompt: Any) -> None:
        """Take the argument of ``builtins.input``."""
        if not self._asked:
            self._asked = True
            self.journal.write("input")
