"""Pairs of nested values: mappings, lists, scalars, text, bytes and arrays, by JSON Pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from auditor.compare.values.arrays import Array, Arrays
from auditor.compare.values.decisions import names_decision
from auditor.compare.values.difference import Found, Undecided
from auditor.compare.values.scope import Scope

__all__ = ["MAX_DEPTH", "Tree", "compare_trees"]

MAX_DEPTH = 500
_ABSENT = object()
_WINDOW = 16

# What a reader of a format makes of a file: dict (by text), list, str, int, float, bool, None,
# bytes, and Array.
Tree = Any


def compare_trees(a: Tree, b: Tree, scope: Scope, found: Found, root: str = "") -> None:
    """Compare two trees into ``found``; places are pointers (RFC 6901) below ``root``.

    Types, keys, their presence, integers, text and bytes are exact, floats and arrays are
    judged by tolerance; the order of keys means nothing. Raises ``Undecided`` where they are
    nested too deeply.
    """
    _Walk(scope, found).run(root, a, b)


class _Walk:
    """Goes through two trees side by side, on a stack of its own."""

    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found
        self.arrays = Arrays(scope, found)

    def run(self, root: str, a: Tree, b: Tree) -> None:
        stack = [iter([(root, a, b)])]
        while stack:
            pair = next(stack[-1], None)
            if pair is None:
                stack.pop()
            elif len(stack) > MAX_DEPTH:
                raise Undecided(f"nested more than {MAX_DEPTH} levels deep")
            else:
                stack.append(self._visit(*pair))

    def _visit(self, where: str, a: Tree, b: Tree) -> Iterator[tuple[str, Tree, Tree]]:
        if type(a) is not type(b):
            self._mismatch(where, a, b)
        elif isinstance(a, dict):
            yield from _members(where, a, b)
        elif isinstance(a, list):
            yield from _elements(where, a, b)
            if len(a) == len(b) and a is not b and _reordered(a, b):
                self.found.note("the same elements in another order")
        elif isinstance(a, Array):
            self.arrays.compare(where, a, b)
        else:
            self._scalar(where, a, b)

    def _scalar(self, where: str, a: Tree, b: Tree) -> None:
        if isinstance(a, float):
            tolerance = self.scope.tolerances.at(where)
            same = self.found.tally.tolerant(a, b, where or "/", tolerance)
        elif isinstance(a, int) and not isinstance(a, bool):
            same = self.found.tally.exact(a, b, where or "/")
        else:
            same = bool(a == b)
        if not isinstance(a, float) and names_decision(where, self.scope.policy):
            self.found.decide(same=same)
        if not same:
            self.found.differ(where or "/", _brief(a), _brief(b))

    def _mismatch(self, where: str, a: Tree, b: Tree) -> None:
        if {type(a), type(b)} == {int, float} and a == b:
            self.found.note("an integer became a float of the same value, or the other way")
        if names_decision(where, self.scope.policy):
            self.found.decide(same=False)
        self.found.differ(where or "/", _brief(a), _brief(b))


def _members(
    where: str, a: dict[str, Tree], b: dict[str, Tree]
) -> Iterator[tuple[str, Tree, Tree]]:
    for key in [*a, *(key for key in b if key not in a)]:
        step = key.replace("~", "~0").replace("/", "~1")
        yield f"{where}/{step}", a.get(key, _ABSENT), b.get(key, _ABSENT)


def _elements(where: str, a: list[Tree], b: list[Tree]) -> Iterator[tuple[str, Tree, Tree]]:
    for index, (left, right) in enumerate(zip_longest(a, b, fillvalue=_ABSENT)):
        yield f"{where}/{index}", left, right


def _reordered(a: list[Tree], b: list[Tree]) -> bool:
    if not all(isinstance(value, str | int | float) for value in (*a, *b)) or a == b:
        return False
    return sorted(map(repr, a)) == sorted(map(repr, b))


def _brief(value: Tree) -> Any:  # noqa: ANN401 - what files hold
    if value is _ABSENT:
        return "(absent)"
    if isinstance(value, dict | list):
        kind = "object" if isinstance(value, dict) else "array"
        return f"({kind} of {len(value)})"
    if isinstance(value, Array):
        return f"({value.dtype} array of {list(value.shape)})"
    if isinstance(value, bytes):
        return f"({len(value)} bytes: {value[:_WINDOW].hex(' ')})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else value
