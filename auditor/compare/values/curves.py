"""Series of a metric over steps: where two of them part, and how they go on from there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from auditor.compare.values.difference import Found
from auditor.compare.values.numbers import gap
from auditor.compare.values.scope import Scope
from auditor.compare.values.tolerance import close
from auditor.model.evidence import Curve, Point
from auditor.model.policy import Tolerance

__all__ = ["MAX_POINTS", "Series", "curve_of", "series"]

MAX_POINTS = 200
_CLEARLY = 2.0

# Pairs of a step and a value, in the order in which they were written.
Series = Sequence[tuple[float, float]]
_After = Literal["", "constant", "growing", "recovering", "ended"]


def curve_of(name: str, a: Series, b: Series, tolerance: Tolerance) -> Curve:
    """Lay two series side by side by step, which need not be sorted.

    Of several values at one step the last counts; a step that is not finite is left out. They
    part at the first step at which the values are out of ``tolerance`` (NaN is close to NaN only)
    or which one side lacks. From there on: ``ended``, where one side has no more steps;
    ``recovering``, where the gap returns within tolerance or shrinks to less than half;
    ``growing``, where it more than doubles (medians of the first and last third); else
    ``constant``. Empty where too little follows.

    Kept are at most 200 points: the first, the last, the one at which they part and its
    neighbours, and others evenly between.
    """
    left, right = _by_step(a), _by_step(b)
    steps = sorted({*left, *right})
    points = [Point(step=step, original=left.get(step), replay=right.get(step)) for step in steps]
    parting = next((i for i, one in enumerate(points) if not _near(one, tolerance)), None)
    return Curve(
        name=name,
        points=tuple(points[index] for index in _kept(len(points), parting)),
        total=len(points),
        parted=None if parting is None else points[parting].step,
        after="" if parting is None else _after(points[parting:], tolerance),
    )


def series(
    found: Found, scope: Scope, name: str, a: Series, b: Series, dtype: str = "float64"
) -> None:
    """Compare the metric ``name`` over steps, and add every number of it to ``found``.

    ``a`` and ``b`` are pairs of a step and a value as written; ``dtype`` is the width in which
    the values were recorded. A curve is added where the two differ at all, a line of evidence
    where they differ beyond tolerance.
    """
    tolerance = scope.tolerances.within(name, dtype)
    _Pair(found, name, tolerance).compare(a, b)


class _Pair:
    """One metric in both runs."""

    def __init__(self, found: Found, name: str, tolerance: Tolerance) -> None:
        self.found = found
        self.name = name
        self.tolerance = tolerance

    def compare(self, a: Series, b: Series) -> None:
        left, right = _by_step(a), _by_step(b)
        same = [self._number(step, left[step], right[step]) for step in left if step in right]
        lacking = left.keys() ^ right.keys()
        if lacking or not all(same):
            curve = curve_of(self.name, a, b, self.tolerance)
            self.found.curve(curve)
            self._part(curve, left, right)
        self._earlier(a, b)
        self._stepless(a, b)

    def _number(self, step: float, a: float, b: float) -> bool:
        self.found.tally.tolerant(a, b, f"{self.name} at step {step:.17g}", self.tolerance)
        return gap(a, b) == (0.0, 0.0)

    def _part(
        self, curve: Curve, left: Mapping[float, float], right: Mapping[float, float]
    ) -> None:
        if curve.parted is None:
            return
        self.found.different = True
        values = (_text(side.get(curve.parted)) for side in (left, right))
        then = f", then {curve.after}" if curve.after else ""
        place = f"{self.name} parts at step {curve.parted:.17g}"
        self.found.evidence.add(f"{place}: {' → '.join(values)}{then}")
        for side, other, run in ((left, right, "original"), (right, left, "replay")):
            if only := len(side.keys() - other.keys()):
                self.found.evidence.add(f"{self.name}: steps only in the {run}: {only}")

    def _earlier(self, a: Series, b: Series) -> None:
        """Compare what a later value at the same step replaced, where both runs have it."""
        left, right = _replaced(a), _replaced(b)
        if not left and not right:
            return
        self.found.note(f"{self.name}: of several values at one step, the last counts")
        if [step for step, _ in left] != [step for step, _ in right]:
            self.found.note(f"{self.name}: the two runs wrote other steps more than once")
            return
        for (step, one), (_, other) in zip(left, right, strict=True):
            place = f"{self.name} at step {step:.17g}, before its last value"
            if not self.found.tally.tolerant(one, other, place, self.tolerance):
                self.found.differ(place, _text(one), _text(other))

    def _stepless(self, a: Series, b: Series) -> None:
        left, right = ([v for step, v in side if not math.isfinite(step)] for side in (a, b))
        if [repr(value) for value in left] != [repr(value) for value in right]:
            self.found.differ(f"{self.name} where the step is no finite number", left, right)


def _by_step(side: Series) -> dict[float, float]:
    return {float(step): value for step, value in side if math.isfinite(step)}


def _replaced(side: Series) -> list[tuple[float, float]]:
    last = {step: index for index, (step, _) in enumerate(side)}
    return [
        pair for index, pair in enumerate(side) if math.isfinite(pair[0]) and last[pair[0]] != index
    ]


def _near(point: Point, tolerance: Tolerance) -> bool:
    if point.original is None or point.replay is None:
        return False
    return close(point.original, point.replay, tolerance)


def _after(points: list[Point], tolerance: Tolerance) -> _After:
    """Say how two series go on, from the point at which they part."""
    if all(one.original is None for one in points) or all(one.replay is None for one in points):
        return "ended"
    both = [one for one in points if one.original is not None and one.replay is not None]
    if len(both) <= 1:
        return ""
    share = math.ceil(len(both) / 3)
    late = both[-share:]
    if all(_near(one, tolerance) for one in late):
        return "recovering"
    before, behind = (median(_gap(one) for one in part) for part in (both[:share], late))
    if behind < before / _CLEARLY:
        return "recovering"
    return "growing" if behind > before * _CLEARLY else "constant"


def _gap(point: Point) -> float:
    assert point.original is not None
    assert point.replay is not None
    return gap(point.original, point.replay)[0]


def _kept(total: int, parting: int | None) -> list[int]:
    if total <= MAX_POINTS:
        return list(range(total))
    kept = {0, total - 1}
    if parting is not None:
        kept |= {index for index in range(parting - 1, parting + 2) if 0 <= index < total}
    spread = MAX_POINTS - len(kept)
    kept |= {round(index * (total - 1) / (spread - 1)) for index in range(spread)}
    return sorted(kept)


def _text(value: float | None) -> str:
    return "(absent)" if value is None else repr(value)
