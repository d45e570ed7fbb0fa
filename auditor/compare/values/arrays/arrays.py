"""Pairs of arrays, compared box by box in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.compare.values.arrays.blocks import Box, Field, Pages, Source, same_bits
from auditor.compare.values.arrays.decisions import Watch, called, watch
from auditor.compare.values.arrays.floats import element_kind
from auditor.compare.values.arrays.judgement import Judgement
from auditor.compare.values.arrays.tensor import EXACT, MOST_SHOWN, Spread, subscript
from auditor.compare.values.decisions import names_decision
from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope

__all__ = ["Array", "Arrays"]


class Array:
    """An array and the name of its type; ``bfloat16`` and 8-bit floats lie in integers.

    ``values`` is a NumPy array, mapped best, or anything else that is read by slices.
    """

    __slots__ = ("dtype", "values")

    def __init__(self, values: Source, dtype: str = "") -> None:
        self.values = values
        # Which byte of a number comes first is no matter of its type.
        self.dtype = dtype or str(values.dtype.newbyteorder("="))

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return tuple(self.values.shape)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields of a structured array."""
        return self.values.dtype.names or ()

    def field(self, name: str) -> Array:
        """Return one field as an array of its own."""
        return Array(Field(self.values, name))


class Arrays:
    """Compares arrays of one file, and adds up how they differ."""

    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found
        self._pages = Pages()
        self._judgement = Judgement(found)

    def mapping(self, a: Mapping[str, Array], b: Mapping[str, Array]) -> None:
        """Compare arrays by name; one that only one side has differs."""
        for name in sorted({*a, *b}):
            if name not in a or name not in b:
                self.absent(name, here=name in a)
            else:
                self.compare(name, a[name], b[name])

    def absent(self, name: str, *, here: bool) -> None:
        """Add an array that only one side has; ``here``: the first."""
        self._unlike(name, name, *(("present", "(absent)") if here else ("(absent)", "present")))

    def compare(self, name: str, left: Array, right: Array) -> None:
        """Compare two arrays of any shape; fields of structured ones apart."""
        if left.dtype != right.dtype:
            self._unlike(name, f"{name} dtype", left.dtype, right.dtype)
        elif left.shape != right.shape:
            self._unlike(name, f"{name} shape", str(left.shape), str(right.shape))
        elif left.fields:
            for field in left.fields:
                self.compare(f"{name}.{field}".lstrip("."), left.field(field), right.field(field))
        else:
            self._elements(name, left, right)

    def _unlike(self, name: str, what: str, a: str, b: str) -> None:
        if names_decision(called(name, self.scope), self.scope.policy):
            self.found.decide(same=False)
        self.found.differ(what.strip(), a, b)

    def _elements(self, name: str, left: Array, right: Array) -> None:
        kind = element_kind(left.values.dtype, left.dtype)
        own = called(name, self.scope)
        seen = watch(own, left.shape, left.dtype, kind, self.scope.policy)
        if left.values.dtype.byteorder != right.values.dtype.byteorder:
            self.found.note("numbers are stored in another order of bytes")
        if not left.values.dtype.itemsize:
            seen.tell(name, self.found, differing=0)
        elif kind in "biufc":
            self._numbers(name, left, right, kind, seen)
        else:
            self._things(name, left, right, seen)

    def _numbers(self, name: str, left: Array, right: Array, kind: str, seen: Watch) -> None:
        tolerance = self.scope.tolerances.within(name, left.dtype) if kind in "fc" else EXACT
        spread = Spread(left.dtype, tolerance)
        equal: list[Box] = []
        for box, a, b in self._pages.pairs(left.values, right.values, rows=seen.rows):
            if same_bits(a, b):
                equal.append(box)
                seen.same(box, a)
            else:
                spread.block(box, a, b)
                seen.block(box, a, b)
        # The norm is over all elements, and needed only now.
        for part in self._pages.again(left.values, equal) if spread.differing else ():
            spread.same(part)
        seen.tell(name, self.found, differing=spread.differing)
        self._judgement.numbers(name, left.shape, kind, spread)

    def _things(self, name: str, left: Array, right: Array, seen: Watch) -> None:
        """Compare text, raw bytes, times and objects, which are equal or not."""
        wrong = 0
        for box, a, b in self._pages.pairs(left.values, right.values, rows=False):
            unequal = () if same_bits(a, b) else _unequal(a, b)
            for index in unequal[: max(0, MOST_SHOWN - wrong)]:
                place = f"{name}{subscript(box.at(index))}" or "()"
                self.found.differ(place, _shown(a[index]), _shown(b[index]))
            wrong += len(unequal)
        self.found.evidence.more(max(0, wrong - MOST_SHOWN))
        seen.tell(name, self.found, differing=wrong)


def _unequal(a: Any, b: Any) -> Any:  # noqa: ANN401 - arrays
    if a.dtype.kind in "mM":
        # NaT is unequal to itself; the integer under it is not.
        a, b = a.view("i8"), b.view("i8")
    if a.dtype.kind == "V":
        a, b = (side.view("u1").reshape(side.size, -1) for side in (a, b))
        return (a != b).any(axis=1).nonzero()[0]
    return (a != b).astype(bool).nonzero()[0]


def _shown(element: Any) -> str:  # noqa: ANN401 - an element
    return str(element) if element.__class__.__name__.endswith("64") else repr(_plain(element))


def _plain(element: Any) -> Any:  # noqa: ANN401 - an element
    return element.item() if hasattr(element, "item") else element
