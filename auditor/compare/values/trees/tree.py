"""Pairs of nested values: mappings, lists, scalars, text, bytes and arrays, by JSON Pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditor.compare.values.arrays.arrays import Array, Arrays
from auditor.compare.values.clock import hidden, hides_array, last_key
from auditor.compare.values.decisions import names_decision
from auditor.compare.values.difference import Found, Undecided
from auditor.compare.values.pairs import judge
from auditor.compare.values.scope import Scope
from auditor.compare.values.trees.elements import has_key, matched_elements
from auditor.compare.values.trees.order import matched_records, reordered
from auditor.compare.values.trees.volatile import masked

__all__ = ["MAX_DEPTH", "Tree", "compare_trees"]

MAX_DEPTH = 500
_ABSENT = object()
_WINDOW = 16
_MANY = 8

# What a reader of a format makes of a file: dict (by text, numbers, truth values and None), list,
# str, int, float, bool, None, bytes, and Array. Subclasses of str are texts of another type.
Tree = Any


def compare_trees(a: Tree, b: Tree, scope: Scope, found: Found, root: str = "") -> None:
    """Compare two trees into ``found``; places are pointers (RFC 6901) below ``root``.

    Types, keys, their presence, integers, text and bytes are exact, floats and arrays are
    judged by tolerance; the order of keys means nothing. What no two runs share, by what its key
    says or by itself, is masked. Raises ``Undecided`` where they are nested too deeply.
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
            if list(a) != list(b) and a.keys() == b.keys():
                self.found.note("the same keys in another order")
            yield from _members(where, a, b)
        elif isinstance(a, list):
            yield from self._list(where, a, b)
        elif isinstance(a, Array):
            if not self._hide_array(where, a, b):
                self.arrays.compare(where, a, b)
        else:
            self._scalar(where, a, b)

    def _list(self, where: str, a: list[Tree], b: list[Tree]) -> Iterator[tuple[str, Tree, Tree]]:
        if len(a) == len(b) and self._alike(where, a, b):
            return
        if len(a) == len(b):
            yield from self._same_length(where, a, b)
            return
        if names_decision(where, self.scope.policy):
            self.found.decide(same=False)
        yield from matched_elements(where, a, b, _ABSENT, self.found)

    def _same_length(
        self, where: str, a: list[Tree], b: list[Tree]
    ) -> Iterator[tuple[str, Tree, Tree]]:
        if reordered(a, b):
            self.found.note("the same elements in another order")
            if all(isinstance(one, dict) for one in a):
                yield from self._records(where, a, b)
                return
        for index, (left, right) in enumerate(zip(a, b, strict=True)):
            yield f"{where}/{index}", left, right

    def _records(
        self, where: str, a: list[Tree], b: list[Tree]
    ) -> Iterator[tuple[str, Tree, Tree]]:
        """Tell in one line that records stand elsewhere, and pair those that are the same."""
        matching = matched_records(a, b)
        words = f"{len(matching.moved)} of {len(a)} records stand elsewhere, the first"
        self.found.differ(f"{where}: {words}", *matching.moved[0])
        names = {str(name) for one in a for name in one}
        # Without a key, its place is all that tells for which case a record decides.
        if not has_key(a, b) and any(names_decision(one, self.scope.policy) for one in names):
            self.found.decide(same=False)
        for row, partner in (*zip(matching.rows, matching.partners, strict=True), *matching.moved):
            yield f"{where}/{row}", a[row], b[partner]

    def _alike(self, where: str, a: list[Tree], b: list[Tree]) -> bool:
        """Compare lists of as many elements of one plain type at once; say whether that was so."""
        kinds = {*map(type, a), *map(type, b)} if len(a) >= _MANY else set()
        if kinds == {float} and not hidden(last_key(where), a[0], b[0], self.scope):
            self._floats(where, a, b)
            return True
        if a != b or len(kinds) != 1 or not kinds <= {int, str, bool}:
            return False
        if kinds == {int}:
            self.found.tally.block(len(a), None, 0)
        if names_decision(where, self.scope.policy):
            self.found.decide(same=True)
        return True

    def _floats(self, where: str, a: list[float], b: list[float]) -> None:
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        pair = (np.array(a), np.array(b))
        tolerance = self.scope.tolerances.at(f"{where}/0")
        _, beyond = judge(*pair, tolerance, self.found.tally, lambda index: f"{where}/{index}")
        for index in beyond.tolist():
            self.found.differ(f"{where}/{index}", a[index], b[index])

    def _scalar(self, where: str, a: Tree, b: Tree) -> None:
        if a != b and self._hide(where, a, b):
            return
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
        if {type(a), type(b)} == {int, float}:
            if self._hide(where, a, b):
                return
            if a == b:
                self.found.note("an integer became a float of the same value, or the other way")
        if names_decision(where, self.scope.policy):
            self.found.decide(same=False)
        one, other = _brief(a), _brief(b)
        if str(one) == str(other):
            one, other = f"{one} ({type(a).__name__})", f"{other} ({type(b).__name__})"
        self.found.differ(where or "/", one, other)

    def _hide(self, where: str, a: Tree, b: Tree) -> bool:
        masks = masked(where, a, b, self.scope)
        for mask in masks:
            self.found.mask(*mask)
        return bool(masks)

    def _hide_array(self, where: str, a: Array, b: Array) -> bool:
        example = hides_array(last_key(where), a, b, self.scope)
        if example:
            self.found.mask("duration", example)
        return bool(example)


def _members(
    where: str, a: dict[Any, Tree], b: dict[Any, Tree]
) -> Iterator[tuple[str, Tree, Tree]]:
    others = {(type(key), key): value for key, value in b.items()}
    for key, value in a.items():
        yield _below(where, key), value, others.pop((type(key), key), _ABSENT)
    for (_, key), value in others.items():
        yield _below(where, key), _ABSENT, value


def _below(where: str, key: Any) -> str:  # noqa: ANN401 - text, a number, a truth value or None
    step = key if isinstance(key, str) else str(key)
    return f"{where}/{step.replace('~', '~0').replace('/', '~1')}"


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
