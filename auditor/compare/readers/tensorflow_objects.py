"""The objects of a saved model or checkpoint by their path, not by the number that each has.

Keras keeps a list of all variables that it took out of a set: its order is that of addresses in
memory. Variables in it go by their own name where no two share one, and so do their keys.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.compare.values.difference import Unreadable

__all__ = ["SET_ORDER", "UNORDERED", "Objects", "own_keys"]

UNORDERED = "_all_variables"
SET_ORDER = f"set aside: the order of variables in {UNORDERED}, which Keras takes from a set"
_KEY = re.compile(rf"{UNORDERED}/(\d+)(/.*)")

Node = dict[str, Any]


class Objects:
    """The nodes of an object graph. ``order`` are the variables of a set as they stand.

    Raises ``Unreadable`` where a node refers to one that is not there.
    """

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.order: list[str] = []
        self._paths: dict[int, str] = {}
        self._sets: set[int] = set()
        self._walk()

    def tree(self) -> dict[str, Any]:
        """Return the nodes by path; they refer to each other by path."""
        keys = own_keys(self.nodes)
        return {
            self.path(number): self._node(number, node, keys)
            for number, node in enumerate(self.nodes)
        }

    def path(self, number: int) -> str:
        """Return the path of a node."""
        return self._paths.get(number, f"node {number}")

    def _walk(self) -> None:
        waiting = deque([(0, "", "")])
        while waiting:
            number, path, name = waiting.popleft()
            if number in self._paths:
                continue
            if not 0 <= number < len(self.nodes):
                raise Unreadable(f"there is no object {number}")
            self._paths[number] = path or "/"
            if name == UNORDERED:
                self._sets.add(number)
            children = list(self._references(number, "children"))
            if name == UNORDERED:
                self.order += [label for label, _, _ in children]
            waiting.extend(
                (child, f"{path}/{label}", local) for label, local, child in sorted(children)
            )

    def _references(self, number: int, key: str) -> Iterator[tuple[str, str, int]]:
        """Yield what each child goes by, its name in its parent, and its number."""
        children = [
            (one.get("local_name", ""), one.get("node_id", 0))
            for one in self.nodes[number].get(key, [])
        ]
        names = [self._variable(child) for _, child in children] if number in self._sets else []
        unique = bool(names) and all(names) and len(set(names)) == len(names)
        for place, (local, child) in enumerate(children):
            yield (names[place] if unique else local), local, child

    def _variable(self, number: int) -> str:
        node = self.nodes[number] if 0 <= number < len(self.nodes) else {}
        attributes = node.get("attributes") or [{}]
        return str(node.get("variable", {}).get("name") or attributes[0].get("full_name", ""))

    def _node(self, number: int, node: Node, keys: Mapping[str, str]) -> Node:
        result = dict(node)
        for key in ("children", "dependencies"):
            if key in node:
                result[key] = {
                    label: self.path(child) for label, _, child in self._references(number, key)
                }
        if "attributes" in node:
            result["attributes"] = [_keyed(one, keys) for one in node["attributes"]]
        if "slot_variables" in node:
            result["slot_variables"] = [self._pathed(one) for one in node["slot_variables"]]
        if "saveable_objects" in node:
            result["saveable_objects"] = {
                name: self._pathed(one) for name, one in node["saveable_objects"].items()
            }
        return result

    def _pathed(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            key: self.path(one) if isinstance(one, int) else one for key, one in message.items()
        }


def _keyed(attribute: dict[str, str], keys: Mapping[str, str]) -> dict[str, str]:
    key = attribute.get("checkpoint_key", "")
    return {**attribute, "checkpoint_key": keys.get(key, key)}


def own_keys(nodes: list[Node]) -> Mapping[str, str]:
    """Return a key with the name of its variable for each key that counts variables in a set."""
    found = {}
    for node in nodes:
        for attribute in node.get("attributes", []):
            key, name = attribute.get("checkpoint_key", ""), attribute.get("full_name", "")
            match = _KEY.fullmatch(key)
            if match and name:
                found[key] = f"{UNORDERED}/{name}{match[2]}"
    return found if len(set(found.values())) == len(found) else {}
