"""Is the original one more draw like the replays? A prediction interval against a margin."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Literal

from auditor.judge.student import quantile_975
from auditor.model.record import Record

__all__ = ["Spread", "half_width", "spread"]

_MOST = 1000


class Spread(Record, frozen=True, kw_only=True):
    """What the interval says of one metric, and a sentence with its numbers."""

    verdict: Literal["consistent", "diverged", "inconclusive"]
    note: str


def half_width(deviation: float, count: int) -> float:
    """Return h = t(.975, N-1)·s·√(1+1/N), of the prediction interval for one new run."""
    return quantile_975(count - 1) * deviation * math.sqrt(1 + 1 / count)


def spread(original: float, replays: tuple[float, ...], margin: float) -> Spread:
    """Judge ``original`` by at least two ``replays``, all finite, that disagree."""
    count = len(replays)
    mean = statistics.fmean(replays)
    deviation = statistics.stdev(replays)
    h = half_width(deviation, count)
    distance = abs(original - mean)
    told = f"|O - mean| = {distance:.6g}, h = {h:.6g}, margin m = {margin:.6g}, N = {count}"
    if distance <= h <= margin:
        return Spread(verdict="consistent", note=told)
    if distance > max(h, margin):
        return Spread(verdict="diverged", note=told)
    enough = _enough(distance, deviation, margin, count)
    return Spread(verdict="inconclusive", note=f"{told}; {enough}")


def _enough(distance: float, deviation: float, margin: float, count: int) -> str:
    """Name the smallest N that would decide, if mean and spread stay what they are."""
    if distance > margin:
        needed = _smallest(lambda n: half_width(deviation, n) < distance, count)
    else:
        needed = _smallest(lambda n: half_width(deviation, n) <= margin, count)
        if needed is not None and half_width(deviation, needed) < distance:
            needed = None
    if needed is None:
        return f"no N up to {_MOST} would be enough while mean and spread stay what they are"
    return f"N = {needed} would be enough if mean and spread stay what they are"


def _smallest(holds: Callable[[int], bool], count: int) -> int | None:
    """Return the smallest N above ``count`` from which on a condition holds, by bisection."""
    low, high = count + 1, max(_MOST, count + 1)
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
