"""Is the original one more draw like the replays? A prediction interval against a margin."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Literal

from auditor.judge.student import critical, tails
from auditor.model.record import Record

__all__ = ["ALPHA", "Correction", "Draw", "Spread", "draw", "half_width", "spread"]

ALPHA = 0.05
_MOST = 1000


class Correction(Record, frozen=True, kw_only=True):
    """How the chance of a false alarm, 5 % over all, is shared out.

    ``family`` is the number of metrics that could be called diverged by chance, ``held`` by how
    many of them Holm's procedure lets this one divide the 5 %, ``looks`` how often it may be
    looked at.
    """

    family: int = 1
    held: int = 1
    looks: int = 1

    @property
    def level(self) -> float:
        """The share of this metric at this look."""
        return ALPHA / (self.held * self.looks)

    @property
    def told(self) -> str:
        """Between whom it is shared, empty where it is not."""
        metrics = [f"{self.family} metrics with margins (Holm)"] if self.family > 1 else []
        looks = [f"{self.looks} looks (Bonferroni)"] if self.looks > 1 else []
        if not metrics and not looks:
            return ""
        shared = " and ".join([*metrics, *looks])
        return f"a false alarm of 5 % is shared by {shared}, {self.level:.3g} for this one"


class Draw(Record, frozen=True, kw_only=True):
    """How far the original lies from the mean of N replays of standard deviation s."""

    distance: float
    deviation: float
    count: int

    @property
    def chance(self) -> float:
        """The chance of one more draw that lies as far from them, two-sided."""
        unit = self.deviation * math.sqrt(1 + 1 / self.count)
        if not unit:
            return 0.0 if self.distance else 1.0
        return tails(self.distance / unit, self.count - 1)

    def beyond(self, level: float) -> bool:
        """Say whether the original lies outside the interval that leaves out ``level``."""
        return self.distance > half_width(self.deviation, self.count, level)


class Spread(Record, frozen=True, kw_only=True):
    """What the interval says of one metric, and a sentence with its numbers."""

    verdict: Literal["consistent", "diverged", "inconclusive"]
    note: str


def draw(original: float, replays: tuple[float, ...]) -> Draw | None:
    """Return the draw of at least two ``replays``, ``None`` where a float cannot hold it."""
    try:
        distance = abs(original - statistics.fmean(replays))
        deviation = statistics.stdev(replays)
    except OverflowError:
        return None
    # Twice the deviation bounds the unit of the interval, s·√(1+1/N).
    if not (math.isfinite(distance) and math.isfinite(2 * deviation)):
        return None
    return Draw(distance=distance, deviation=deviation, count=len(replays))


def half_width(deviation: float, count: int, level: float = ALPHA) -> float:
    """Return h = t(1-level/2, N-1)·s·√(1+1/N), of the prediction interval for one new run."""
    return critical(count - 1, level) * deviation * math.sqrt(1 + 1 / count)


def spread(found: Draw, margin: float, correction: Correction | None = None) -> Spread:
    """Judge a draw by a margin: the last three rows of the table.

    A correction widens the interval that a divergence must leave, and with several looks the
    one that must lie within the margin; it never turns a verdict for the worse.
    """
    share = correction or Correction()
    h = half_width(found.deviation, found.count)
    wide = half_width(found.deviation, found.count, ALPHA / share.looks)
    far = half_width(found.deviation, found.count, share.level)
    told = f"|O - mean| = {found.distance:.6g}, h = {h:.6g}, margin m = {margin:.6g}"
    told += f", N = {found.count}"
    if share.told:
        told += f"; {share.told}, so that it takes |O - mean| > {far:.6g} to say diverged"
    if found.distance <= h and wide <= margin:
        return Spread(verdict="consistent", note=told)
    if found.distance > max(far, margin):
        return Spread(verdict="diverged", note=told)
    return Spread(verdict="inconclusive", note=f"{told}; {_enough(found, margin, share)}")


def _enough(found: Draw, margin: float, share: Correction) -> str:
    """Name the smallest N that would decide, if mean and spread stay what they are."""
    if found.distance > margin:
        needed = _smallest(lambda n: _shorter(found, n, share.level), found.count)
    else:
        level = ALPHA / share.looks
        needed = _smallest(lambda n: half_width(found.deviation, n, level) <= margin, found.count)
        if needed is not None and _shorter(found, needed, ALPHA):
            needed = None
    if needed is None:
        return f"no N up to {_MOST} would be enough while mean and spread stay what they are"
    return f"N = {needed} would be enough if mean and spread stay what they are"


def _shorter(found: Draw, count: int, level: float) -> bool:
    return half_width(found.deviation, count, level) < found.distance


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
