"""What a comparator is told about the pair of files that it compares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.compare.values.difference import Difference
from auditor.compare.values.tolerance import Tolerances
from auditor.model.policy import Policy

__all__ = ["Inner", "Scope", "Siblings"]

MAX_DEPTH = 4

Siblings = Callable[[str], tuple[Path, Path] | None]
Inner = Callable[[Path, Path, "Scope"], Difference]


class Scope:
    """The pair's name and policy, and the way to its members and neighbours.

    ``path`` is the name of the file, ``hosts`` are the names of the machines of the two runs.
    """

    def __init__(
        self,
        policy: Policy,
        names: tuple[str, ...],
        *,
        inner: Inner,
        siblings: Siblings = lambda _name: None,
        hosts: tuple[str, ...] = (),
        depth: int = 0,
    ) -> None:
        self.policy = policy
        self.names = names
        self.path = names[0]
        self.hosts = hosts
        self.tolerances = Tolerances(policy, names)
        self.siblings = siblings
        self.depth = depth
        self._inner = inner

    def member(self, name: str, a: Path, b: Path) -> Difference:
        """Compare a part of both files by the comparator that knows it, else by bytes.

        Raises nothing: what cannot be compared is an ``unknown`` relation with its reason.
        """
        if self.depth >= MAX_DEPTH:
            note = f"nested more than {MAX_DEPTH} archives deep"
            return Difference(relation="unknown", notes=(note,))
        # Rules of the policy name a member by itself, or as FILE#MEMBER.
        names = (name, *(f"{outer}#{name}" for outer in self.names), *self.names)
        scope = Scope(self.policy, names, inner=self._inner, hosts=self.hosts, depth=self.depth + 1)
        return self._inner(a, b, scope)
