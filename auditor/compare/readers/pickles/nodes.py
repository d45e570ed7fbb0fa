"""What the opcodes of a pickle build: values, names, and objects that are only described."""

from __future__ import annotations

from typing import Any

from auditor.compare.readers.blob import Blob

__all__ = ["Bag", "Elsewhere", "Made", "Name", "Node", "Pairs", "Unsupported"]

# None, bool, int, float, str, bytes, list and tuple stand for themselves.
Node = Any


class Unsupported(Exception):  # noqa: N818 - the reason why a part stays open, not an error
    """A construct whose value cannot be known; the rest of the file can."""


class Name:
    """A class or function, by the dotted name under which Python would import it."""

    __slots__ = ("name",)
    __match_args__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Pairs:
    """A dictionary, in order; its keys are nodes of any kind."""

    __slots__ = ("pairs",)
    __match_args__ = ("pairs",)

    def __init__(self) -> None:
        self.pairs: list[tuple[Node, Node]] = []

    def get(self, key: str) -> Node:
        """Return the last value under ``key``, or ``None``."""
        found = None
        for name, value in self.pairs:
            if isinstance(name, str) and name == key:
                found = value
        return found


class Bag:
    """A set or frozen set, in the order in which it was written."""

    __slots__ = ("items", "kind")

    def __init__(self, kind: str, items: list[Node]) -> None:
        self.kind = kind
        self.items = items


class Made:
    """What a call would give: an instance of a class, or what a function returns.

    ``states`` are what is set on it later, each with the function that would set it or ``None``;
    ``items`` are appended, ``entries`` set by key. ``follows`` is the array behind joblib's
    description of one: its bytes, or a node.
    """

    __slots__ = (
        "args",
        "entries",
        "follows",
        "function",
        "instance",
        "items",
        "keywords",
        "states",
    )

    def __init__(
        self, function: Node, args: Node, keywords: Node = None, *, instance: bool = False
    ) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords
        self.instance = instance
        self.states: list[tuple[Node, Node]] = []
        self.items: list[Node] = []
        self.entries: list[tuple[Node, Node]] = []
        self.follows: Blob | Node = None

    @property
    def name(self) -> str:
        """The name of the class or function, empty where it is itself the result of a call."""
        return self.function.name if isinstance(self.function, Name) else ""

    @property
    def state(self) -> Node:
        """The state, where it was set once and plainly."""
        if len(self.states) == 1 and self.states[0][0] is None:
            return self.states[0][1]
        return None


class Elsewhere:
    """Something that is not in the pickle: a persistent id, a buffer, a registered extension."""

    __slots__ = ("id", "kind")

    def __init__(self, kind: str, identity: Node = None) -> None:
        self.kind = kind
        self.id = identity
