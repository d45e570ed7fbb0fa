"""Whether two arrays of numbers are within tolerance, and what is to be said of it."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from auditor.compare.values.arrays.tensor import EXACT, Spread, subscript
from auditor.compare.values.difference import Found
from auditor.model.evidence import Magnitude

__all__ = ["Judgement"]

# Another order of summation moves a float32 network by 1e-7 to 1e-6 of its norm.
_SMALL_NORM = 1e-5
# A hundredth of all that is in an array is no rounding, whatever tolerance lets it pass.
_LARGE_NORM = 1e-2
_MOST_NOTES = 5


class Judgement:
    """Adds what was found in pairs of arrays to ``found``; notes on the first few arrays only."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self._noted: Counter[str] = Counter()

    def numbers(self, name: str, shape: tuple[int, ...], kind: str, spread: Spread) -> None:
        """Judge arrays of one ``name``, ``shape`` and NumPy ``kind`` by how they differ."""
        beyond = self._beyond(name, spread)
        if kind in "fc":
            self.found.tally.uses(spread.tolerance, mattered=spread.differing > 0)
        if kind != "b":
            self.found.tally.block(math.prod(shape), _magnitude(name, spread), beyond)
        if spread.in_bits:
            self.found.note("zeros of other sign, or NaN with another payload, are the same values")
        if spread.differing:
            self.found.tensor(spread.difference(name, shape, beyond))
        if beyond:
            self._differ(name, spread)

    def _beyond(self, name: str, spread: Spread) -> int:
        """Count the elements beyond tolerance; none where the norm-wise error lets them be."""
        norm, tolerance, beyond = spread.norm(), spread.tolerance, spread.beyond
        if beyond and tolerance.norm is not None and norm <= tolerance.norm:
            count = f"{beyond} elements beyond it by themselves"
            self._note(name, "within tolerance by norm", f"norm-wise error {norm:.1e}, {count}")
            return 0
        if beyond and norm < _SMALL_NORM and tolerance is not EXACT:
            error = f"{norm:.1e}: small, as another order of summation gives"
            self._note(name, "norm-wise error", error)
        # Elements that are all within the relative part add up to no more than twice of it.
        if not beyond and norm > max(_LARGE_NORM, 2 * tolerance.relative):
            by = f"{tolerance.absolute:g}; the norm-wise error {norm:.1e} is large"
            self._note(name, "within tolerance only by its absolute part", by)
        return beyond

    def _note(self, name: str, topic: str, text: str) -> None:
        self._noted[topic] += 1
        if self._noted[topic] <= _MOST_NOTES:
            self.found.note(f"{name}: {topic} {text}" if name else f"{topic} {text}")
        else:
            self.found.note(f"{topic}: more arrays likewise")

    def _differ(self, name: str, spread: Spread) -> None:
        # The first element tells which array differs; each further one makes way sooner.
        for rank, (index, a, b) in enumerate(spread.shown, start=1):
            place, odd = subscript(index), _on_one_side(a, b)
            if odd:
                words = (name, odd, f"at {place}" if place else "", "on one side only")
                self.found.differ(" ".join(filter(None, words)), a, b, rank=rank)
            else:
                self.found.differ(f"{name}{place}" or "()", a, b, rank=rank)
        self.found.evidence.more(spread.beyond - len(spread.shown))


def _magnitude(name: str, spread: Spread) -> Magnitude | None:
    if spread.worst is None:
        return None
    return Magnitude(
        max_abs=spread.max_abs,
        max_rel=spread.max_rel,
        differing=spread.differing,
        total=0,
        where=f"{name}{subscript(spread.worst)}" or "()",
    )


def _on_one_side(a: Any, b: Any) -> str:  # noqa: ANN401 - numbers
    one, other = _sort(a), _sort(b)
    return "" if one == other else one if one == "NaN" else other or one


def _sort(value: Any) -> str:  # noqa: ANN401 - a number
    if value != value:  # noqa: PLR0124 - NaN alone is unequal to itself
        return "NaN"
    return "infinity" if abs(value) == math.inf else ""
