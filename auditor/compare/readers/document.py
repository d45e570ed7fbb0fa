"""What was read of one file: its tree, and beside it what is told apart from its values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from auditor.compare.readers.blob import Blob

__all__ = ["Aside", "Document", "Row"]


class Row(list[Any]):
    """A tuple: compared like a list, but not the same as one."""


@dataclass
class Order:
    """A running digest of names in their order, and one of the names alone."""

    ordered: int = 0
    members: int = 0

    def add(self, name: str) -> None:
        """Add one name."""
        self.ordered = hash((self.ordered, name))
        self.members = (self.members + hash(name)) & (2**63 - 1)


@dataclass
class Aside:
    """What says nothing about values: versions, devices, names of modules, the order of keys."""

    facts: dict[str, set[str]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)

    def say(self, what: str, value: str) -> None:
        """Add a fact, which is told where the two files differ in it."""
        self.facts.setdefault(what, set()).add(value)

    def order(self, what: str) -> Order:
        """Return the order of all members of containers of one kind."""
        return self.orders.setdefault(what, Order())


@dataclass
class Document:
    """A file's tree, for ``compare_trees``.

    ``open`` are the reasons why parts of it have no known value, ``parts`` are values that are
    files of a kind of their own, by the name they would have; ``notes`` are told in any case.
    """

    tree: Any
    aside: Aside
    open: dict[str, None] = field(default_factory=dict)
    parts: dict[str, Blob] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
