"""How many replays there are: so many, or one by one until the verdict is settled."""

from __future__ import annotations

from collections.abc import Callable

from auditor.model.audit import Looks
from auditor.model.record import Record

__all__ = ["Times"]


class Times(Record, frozen=True, kw_only=True):
    """At least ``least`` replays, at most ``most``.

    Once there are ``least``, each is looked at before the next; none is started after ``budget``
    seconds. Where both numbers are the same there is nothing to decide, and one look.
    """

    least: int = 2
    most: int = 2
    budget: float | None = None

    @property
    def looks(self) -> int:
        """The most looks there can be."""
        return self.most - self.least + 1

    @property
    def told(self) -> str:
        """The number in words."""
        return str(self.most) if self.looks == 1 else f"at most {self.most}"

    def ended(self, made: int, spent: float, settled: Callable[[], str]) -> str:
        """Say why no more than ``made`` replays are needed, empty where there are more to make.

        ``spent`` in seconds. ``settled`` looks at what there is, and says why it is enough.
        """
        if made < self.least:
            return ""
        if made >= self.most:
            return f"{self.most} replays were asked for at the most"
        settling = settled()
        if settling:
            return settling
        late = self.budget is not None and spent >= self.budget
        return f"the budget of {self.budget:g} s was spent" if late else ""

    def looked(self, made: int, ended: str) -> Looks | None:
        """Return the looks at ``made`` replays, ``None`` where their number was fixed."""
        if self.looks == 1:
            return None
        looked = max(0, made - self.least + 1)
        return Looks(planned=self.looks, made=looked, budget=self.budget, ended=ended)
