"""Nodes to trees of plain values, on a stack of its own, in bounded size.

- Keys that are no text become text in angle brackets, so that ``1`` and ``"1"`` stay apart; so do
  keys of text that start with one.
- An object is ``{"<class>": its class, ...its state}``, any other call
  ``{"<call>": the function, "<args>": ...}``.
- That two places hold the same object is not told; one that holds itself is
  ``{"<again>": levels up}``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from typing import Any

from auditor.compare.readers.blob import Blob, Mapped
from auditor.compare.readers.document import Aside, Row
from auditor.compare.readers.pickles.nodes import (
    Bag,
    Elsewhere,
    Made,
    Name,
    Node,
    Pairs,
    Unsupported,
)
from auditor.compare.values.difference import Undecided
from auditor.compare.values.trees.tree import MAX_DEPTH, Tree

__all__ = ["Builder", "Form", "Steps", "entries", "generic", "key"]

MAX_VALUES = 10_000_000
_LONGEST_KEY = 200
_LONGEST_BYTES = 1024 * 1024
_LARGEST = 8192
_BULK = 16

# Yields the nodes that it needs, is sent their trees, and returns its own.
Steps = Generator[Node, Tree, Tree]
Form = Callable[["Builder", Any], Steps]


class Builder:
    """Makes trees of nodes.

    ``forms`` know single classes and functions, by name; ``elsewhere`` knows what is not in the
    pickle itself.
    """

    def __init__(
        self, forms: Mapping[str, Form], aside: Aside, elsewhere: Form | None = None
    ) -> None:
        self.forms = forms
        self.elsewhere = elsewhere or _unknown
        self.aside = aside
        self.open: dict[str, None] = {}
        self.parts: dict[str, Blob] = {}
        # The node is kept, so that no other one can have its id.
        self._done: dict[int, tuple[Node, Tree, int]] = {}
        self._frames: list[_Frame] = []
        self._within: dict[int, int] = {}

    def tree(self, root: Node) -> Tree:
        """Return the tree of a node. Raises ``Unreadable``, ``Undecided``."""
        self._frames = [_Frame(0, None, _list(self, []))]
        answer = self._enter(root)
        while len(self._frames) > 1:
            frame = self._frames[-1]
            try:
                child = frame.steps.send(answer)
            except StopIteration as end:
                answer = self._leave(end.value)
            except Unsupported as reason:
                self.open[str(reason)] = None
                answer = self._leave({"<unknown>": str(reason)})
            else:
                answer = self._enter(child)
        return answer

    def _enter(self, node: Node) -> Tree:
        """Return the tree of a node that is plain or done, else ``None`` once it has begun."""
        kind = type(node)
        if kind not in _FORMS:
            self._weigh(1)
            return _plain(node)
        if id(node) in self._done:
            _node, tree, size = self._done[id(node)]
            self._weigh(size)
            return tree
        if id(node) in self._within:
            self._weigh(1)
            return {"<again>": len(self._frames) - self._within[id(node)]}
        if len(self._frames) > 2 * MAX_DEPTH:
            raise Undecided(f"nested more than {MAX_DEPTH} levels deep")
        self._within[id(node)] = len(self._frames)
        self._frames.append(_Frame(id(node), node, _FORMS[kind](self, node)))
        return None

    def _leave(self, tree: Tree) -> Tree:
        frame = self._frames.pop()
        del self._within[frame.key]
        size = frame.size + _bulk(tree)
        self._done[frame.key] = (frame.node, tree, size)
        self._weigh(size)
        return tree

    def _weigh(self, size: int) -> None:
        frame = self._frames[-1]
        frame.size += size
        if frame.size > MAX_VALUES:
            raise Undecided(f"more than {MAX_VALUES} values, with those that are referred to again")


def _bulk(tree: Tree) -> int:
    """Return what arrays weigh, a value for each 64 KiB: they are gone through at each place."""
    found = tree.values() if isinstance(tree, dict) else (tree,)
    return sum(one.nbytes >> _BULK for one in found if isinstance(one, Mapped))


class _Frame:
    __slots__ = ("key", "node", "size", "steps")

    def __init__(self, key: int, node: Node, steps: Steps) -> None:
        self.key = key
        self.node = node
        self.steps = steps
        self.size = 1


def _plain(node: Node) -> Tree:
    if isinstance(node, int) and not isinstance(node, bool) and node.bit_length() > _LARGEST:
        return {"<int>": hex(node)}
    if isinstance(node, Blob):
        if node.length <= _LONGEST_BYTES:
            return node.read()
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        return Mapped(node, np.dtype("u1"), (node.length,), kind="bytes")
    return node


def key(tree: Tree) -> str:
    """Return a text that no other value has."""
    if isinstance(tree, str) and not tree.startswith("<"):
        return tree
    try:
        text = json.dumps(tree, default=_written, sort_keys=True, ensure_ascii=False)
    except RecursionError:
        raise Undecided("a key is nested too deeply") from None
    if len(text) > _LONGEST_KEY:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        text = f"{text[: _LONGEST_KEY // 2]}… {digest}"
    return f"<{text}>"


def _written(tree: Tree) -> str:
    if isinstance(tree, Mapped):
        return f"{tree.dtype}{list(tree.shape)}:{hashlib.sha256(tree.raw()).hexdigest()}"
    return f"bytes:{tree.hex()}"


def _list(_builder: Builder, node: list[Node]) -> Steps:
    found = []
    for item in node:
        found.append((yield item))  # noqa: PERF401 - a comprehension cannot yield
    return found


def _tuple(_builder: Builder, node: tuple[Node, ...]) -> Steps:
    found = Row()
    for item in node:
        found.append((yield item))
    return found


def _name(builder: Builder, node: Name) -> Steps:
    yield from ()
    return {"<name>": _moved(builder, node.name)}


def _moved(builder: Builder, name: str) -> str:
    """Return a name as NumPy 2 has it."""
    if name.startswith(("numpy.core.", "numpy._core.")):
        builder.aside.say("NumPy's modules", ".".join(name.split(".")[:2]))
        return name.replace("numpy.core.", "numpy._core.", 1)
    return name


def _pairs(_builder: Builder, node: Pairs) -> Steps:
    return (yield from entries(node.pairs))


def entries(pairs: list[tuple[Node, Node]]) -> Steps:
    """Return a mapping by text; of equal keys that are no plain values each has a number."""
    found: dict[str, Tree] = {}
    for name, value in pairs:
        text = name if isinstance(name, str) and name[:1] != "<" else key((yield name))
        if text in found and not isinstance(name, str | int | float | bytes | None):
            text = _numbered(text, found)
        # Python's own dictionaries keep the last value of a key, too.
        found[text] = yield value
    return found


def _numbered(text: str, found: dict[str, Tree]) -> str:
    number = 2
    while f"<{number} {text}>" in found:
        number += 1
    return f"<{number} {text}>"


def _bag(builder: Builder, node: Bag) -> Steps:
    order = builder.aside.order("members of sets")
    items = []
    for item in node.items:
        items.append((yield item))
        order.add(key(items[-1]))
    if any(isinstance(item, float) for item in items):
        # Members that are only close have other names: in order, they meet.
        return {f"<{node.kind}>": sorted(items, key=_rank)}
    return {f"<{node.kind}>": dict.fromkeys(sorted(map(key, items)), True)}


def _rank(item: Tree) -> tuple[bool, float, str]:
    number = isinstance(item, float | int) and item == item  # noqa: PLR0124 - not NaN
    return (not number, item if number else 0.0, key(item))


def _elsewhere(builder: Builder, node: Elsewhere) -> Steps:
    return (yield from builder.elsewhere(builder, node))


def _unknown(_builder: Builder, node: Elsewhere) -> Steps:
    yield from ()
    raise Unsupported(f"a {node.kind} says what stands here, and not what it is")


def _made(builder: Builder, node: Made) -> Steps:
    form = builder.forms.get(node.name)
    if form is None:
        form = builder.forms.get(node.name.partition(".")[0] + ".*", generic)
    return (yield from form(builder, node))


def generic(builder: Builder, node: Made) -> Steps:
    """Return any object or call as it is written: the class's state is the object's."""
    function = _moved(builder, node.name) if node.name else (yield node.function)
    found: dict[str, Tree] = {"<class>" if node.instance else "<call>": function}
    if node.args not in ((), None):
        found["<args>"] = yield node.args
    if node.keywords is not None:
        found["<keywords>"] = yield node.keywords
    if node.items:
        found["<items>"] = yield node.items
    if node.entries:
        found["<entries>"] = yield from entries(node.entries)
    yield from states(builder, node, found)
    return found


def states(builder: Builder, node: Made, found: dict[str, Tree]) -> Generator[Node, Tree, None]:
    """Add an object's states to what was found of it: one plain mapping as its own members."""
    if isinstance(node.state, Pairs) and all(isinstance(one, str) for one, _ in node.state.pairs):
        found.update((yield from entries(_told(builder, node.state.pairs))))
        return
    for number, (setter, state) in enumerate(node.states):
        by = f" by {setter.name}" if isinstance(setter, Name) else ""
        found[f"<state {number}{by}>"] = yield state


_ASIDE = {
    "_sklearn_version": "version of scikit-learn",
    # An address in memory, by which scikit-learn sees that the list was replaced.
    "_stop_words_id": "address of a list of stop words",
}


def _told(builder: Builder, pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """Return a state without what is told aside: who saved it, and where it lay in memory."""
    kept = []
    for name, value in pairs:
        if name in _ASIDE and isinstance(value, str | int):
            builder.aside.say(_ASIDE[name], str(value))
        else:
            kept.append((name, value))
    return kept


_FORMS: dict[type, Form] = {
    list: _list,
    tuple: _tuple,
    Name: _name,
    Pairs: _pairs,
    Bag: _bag,
    Elsewhere: _elsewhere,
    Made: _made,
}
