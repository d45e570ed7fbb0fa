"""Decisions in arrays: labels that were predicted, or the class with the largest score."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any, Protocol

from auditor.compare.values.arrays.blocks import BLOCK, Box
from auditor.compare.values.arrays.floats import decoded
from auditor.compare.values.decisions import names_decision, names_scores
from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope
from auditor.model.policy import Policy

__all__ = ["Watch", "called", "watch"]

_LEAST_CLASSES = 2
_MOST_CLASSES = 100_000
# NumPy's own names for arrays that were given none.
_UNNAMED = re.compile(r"(?:arr_\d+)?")


class Watch(Protocol):
    """Looks for decisions in one pair of arrays, whose bits it sees.

    ``rows``: the last axis is needed whole.
    """

    rows: bool

    def same(self, box: Box, values: Any) -> None:  # noqa: ANN401 - an array
        """See elements that are the same on both sides."""
        ...

    def block(self, box: Box, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        """See elements of which some differ."""
        ...

    def tell(self, name: str, found: Found, *, differing: int) -> None:
        """Add what was decided, once all was seen."""
        ...


def called(name: str, scope: Scope) -> str:
    """Return by what an array goes: its own name, else that of its file without the suffix."""
    return PurePosixPath(scope.path).stem if _UNNAMED.fullmatch(name) else name


def watch(own: str, shape: tuple[int, ...], dtype: str, kind: str, policy: Policy) -> Watch:
    """Choose what to look for in arrays that go by ``own``; ``kind`` is NumPy's letter."""
    if names_decision(own, policy):
        if kind in "biuSUO":
            return _Labels(dtype)
        if kind == "f" and len(shape) == 1:
            return _WholeFloats(dtype)
    if kind == "f" and names_scores(own) and len(shape) > 1 and _are_classes(shape[-1]):
        return _Argmax(dtype)
    return _Nothing(dtype)


def _are_classes(count: int) -> bool:
    return _LEAST_CLASSES <= count <= min(_MOST_CLASSES, BLOCK // 8)


class _Nothing:
    rows = False

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def same(self, box: Box, values: Any) -> None:  # noqa: ANN401 - an array
        pass

    def block(self, box: Box, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        pass

    def tell(self, name: str, found: Found, *, differing: int) -> None:
        pass


class _Labels(_Nothing):
    def tell(self, name: str, found: Found, *, differing: int) -> None:  # noqa: ARG002 - no name
        found.decide(same=differing == 0)


class _WholeFloats(_Labels):
    """Floats that are class numbers, if all of them are whole on both sides."""

    def __init__(self, dtype: str) -> None:
        super().__init__(dtype)
        self._whole = True

    def same(self, box: Box, values: Any) -> None:  # noqa: ANN401, ARG002 - an array
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        floats = decoded(values, self.dtype)
        self._whole = self._whole and bool((np.floor(floats) == floats).all())

    def block(self, box: Box, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        self.same(box, a)
        self.same(box, b)

    def tell(self, name: str, found: Found, *, differing: int) -> None:
        if self._whole:
            super().tell(name, found, differing=differing)


class _Argmax(_Nothing):
    """One score a class along the last axis: the largest decides, of equal ones the first."""

    rows = True

    def __init__(self, dtype: str) -> None:
        super().__init__(dtype)
        self._changed = 0
        self._rows = 0
        self._first = ""

    def same(self, box: Box, values: Any) -> None:  # noqa: ANN401, ARG002 - an array
        self._rows += box.size // box.lengths[-1]

    def block(self, box: Box, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        classes = box.lengths[-1]
        floats = (decoded(side, self.dtype).reshape(-1, classes) for side in (a, b))
        one, other = (side.argmax(axis=1) for side in floats)
        changed = (one != other).nonzero()[0]
        if changed.size and not self._first:
            row = ", ".join(map(str, box.at(changed[0] * classes)[:-1]))
            self._first = f"[{row}]: {one[changed[0]]} → {other[changed[0]]}"
        self._changed += changed.size
        self._rows += one.size

    def tell(self, name: str, found: Found, *, differing: int) -> None:  # noqa: ARG002 - own count
        found.decide(same=self._changed == 0)
        if self._changed:
            rows = f"{self._changed} of {self._rows} rows"
            found.evidence.add(f"{name} argmax of {rows} changed, first {self._first}".lstrip())
