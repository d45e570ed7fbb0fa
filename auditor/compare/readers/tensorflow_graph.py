"""TensorFlow's graphs under names that do not depend on what the process did before.

A process counts the functions that it traces, and the count is part of their names; nodes run
when their inputs are there, in whatever order they are written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from auditor.compare.values.difference import Found, Unreadable

__all__ = ["Graphs", "note_counted", "without_saving"]

_NUMBERED = re.compile(r"(.*?)((?:_\d+)+)")
_NUMBER = re.compile(r"_(\d+)")
_MOST_DIGITS = 18
_CAPTURED = "_user_specified_name"
_SAVING = re.compile(r"__inference__traced_(?:save|restore)(?:#\d+)?")
_STRING = 7


class Graphs:
    """Makes graphs plain, and keeps what that set aside.

    ``names`` are those that functions had, ``captured`` the numbers of tensors that functions
    capture, ``orders`` the names of nodes as they stood.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.captured: list[bytes] = []
        self.orders: list[list[str]] = []

    def plain(self, message: dict[str, Any], graph: dict[str, Any]) -> Any:  # noqa: ANN401 - a tree
        """Return ``message``, which is or holds a ``GraphDef``, with all that has a name by it.

        Raises ``Unreadable`` where two of a kind have one name.
        """
        functions = graph.get("library", {}).get("function", [])
        names = {_name(one) for one in functions}
        self.names |= names
        return self._plain(message, _Names(names))

    def _plain(self, tree: Any, names: _Names) -> Any:  # noqa: ANN401 - a tree
        if isinstance(tree, str):
            return names(tree)
        if isinstance(tree, list):
            return [self._plain(one, names) for one in tree]
        if not isinstance(tree, dict):
            return tree
        captured = tree.get(_CAPTURED)
        if isinstance(captured, dict) and captured.get("s", b"").isdigit():
            self.captured.append(captured["s"])
            tree = {key: one for key, one in tree.items() if key != _CAPTURED}
        result = {names(key): self._plain(one, names) for key, one in tree.items()}
        for key in ("node", "node_def", "function", "op"):
            if isinstance(result.get(key), list):
                result[key] = self._named(result[key])
        return result

    def _named(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        found = {_name(one): one for one in parts}
        if len(found) != len(parts):
            raise Unreadable("two functions or nodes of a graph have one name")
        if "signature" not in parts[0]:
            self.orders.append(list(found))
        return found


def note_counted(a: Graphs, b: Graphs, found: Found) -> None:
    """Say what was set aside, where it differs."""
    if a.names != b.names:
        found.note("set aside: the numbers in the names of functions, counted by the process")
    if a.captured != b.captured:
        found.note("set aside: numbers that the process gave to tensors a function captures")
    same = sorted(map(sorted, a.orders)) == sorted(map(sorted, b.orders))
    if same and sorted(a.orders) != sorted(b.orders):
        found.note("nodes of graphs stand in another order")


def without_saving(graph: dict[str, Any]) -> dict[str, Any]:
    """Return a plain ``GraphDef`` without what saves and restores variables.

    It only says in which order the objects' variables are saved, the objects say which.
    """
    nodes, library = graph.get("node", {}), graph.get("library", {})
    saving = {name for name, node in nodes.items() if _calls_saving(node)}
    used = {
        source.lstrip("^").partition(":")[0]
        for name, node in nodes.items()
        if name not in saving
        for source in node.get("input", [])
    }
    texts = {name for name, node in nodes.items() if name not in used and _is_text(node)}
    kept = {name: node for name, node in nodes.items() if name not in saving | texts}
    functions = library.get("function", {})
    others = {name: one for name, one in functions.items() if not _SAVING.fullmatch(name)}
    return {**graph, "node": kept, "library": {**library, "function": others}}


def _calls_saving(node: dict[str, Any]) -> bool:
    name = node.get("attr", {}).get("f", {}).get("func", {}).get("name", "")
    return _SAVING.fullmatch(name) is not None


def _is_text(node: dict[str, Any]) -> bool:
    attributes = node.get("attr", {})
    return node.get("op") == "Const" and attributes.get("dtype", {}).get("type") == _STRING


def _name(part: dict[str, Any]) -> str:
    return str(part.get("signature", part).get("name", ""))


class _Names:
    """Puts into text, for each numbered function that it names, one that counts from zero.

    Other names may hold that of a function, such as those of a loop's arguments.
    """

    def __init__(self, names: set[str]) -> None:
        self._by_number: dict[str, list[tuple[str, str]]] = defaultdict(list)
        groups: dict[str, list[tuple[tuple[int, ...], str]]] = defaultdict(list)
        for name in names:
            match = _NUMBERED.fullmatch(name)
            if match:
                numbers = tuple(int(number[:_MOST_DIGITS]) for number in match[2].split("_")[1:])
                groups[match[1]].append((numbers, name))
        for base, numbered in groups.items():
            for place, (_, name) in enumerate(sorted(numbered)):
                number = name.rpartition("_")[2]
                self._by_number[number].append((name, f"{base}#{place}"))
        for named in self._by_number.values():
            named.sort(key=lambda pair: -len(pair[0]))

    def __call__(self, text: str) -> str:
        found, start = "", 0
        for match in _NUMBER.finditer(text) if self._by_number else ():
            head = text[start : match.end()]
            for name, plain in self._by_number.get(match[1], ()):
                if head.endswith(name):
                    found += head[: -len(name)] + plain
                    start = match.end()
                    break
        return found + text[start:]
