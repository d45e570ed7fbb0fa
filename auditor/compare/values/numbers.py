"""A tally of the numbers of one item: how many differ, by how much, and where most."""

from __future__ import annotations

import math
import re

from auditor.compare.values.tolerance import close
from auditor.model.evidence import Magnitude
from auditor.model.policy import Tolerance

__all__ = ["Tally", "gap", "worse"]

_INTEGER = re.compile(r"[-+]?\d{1,4000}", re.ASCII)


def gap(a: float, b: float) -> tuple[float, float]:
    """Return the absolute and relative distance; infinite where one is NaN or infinite."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0, 0.0
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.inf, math.inf
    distance = abs(a - b)
    return distance, distance / max(abs(a), abs(b))


def worse(a: Magnitude | None, b: Magnitude | None) -> Magnitude | None:
    """Return the larger of two magnitudes, the first where they are as large."""
    if a is None or b is None:
        return b if a is None else a
    return b if (b.max_abs, b.max_rel) > (a.max_abs, a.max_rel) else a


class Tally:
    """Adds up pairs of numbers. ``beyond`` counts those out of tolerance."""

    def __init__(self) -> None:
        self.total = 0
        self.differing = 0
        self.beyond = 0
        self._abs = 0.0
        self._rel = 0.0
        self._where = ""
        self._tolerance: Tolerance | None = None
        self._rank = (False, 0.0)

    def exact(self, a: int, b: int, where: str) -> bool:
        """Add two integers, which must be equal; say whether they are."""
        self.total += 1
        if a == b:
            return True
        self.beyond += 1
        self._differ(*_integer_gap(a, b), where)
        return False

    def tolerant(self, a: float, b: float, where: str, tolerance: Tolerance) -> bool:
        """Add two floats; say whether they are within ``tolerance``."""
        self.total += 1
        distance, relative = gap(a, b)
        self.uses(tolerance, mattered=distance > 0.0)
        if distance == 0.0:
            return True
        self._differ(distance, relative, where)
        if close(a, b, tolerance):
            return True
        self.beyond += 1
        return False

    def written(self, a: str, b: str, where: str, tolerance: Tolerance) -> bool:
        """Add two numbers as text has them: two integers are exact, else floats."""
        if _INTEGER.fullmatch(a) and _INTEGER.fullmatch(b):
            return self.exact(int(a), int(b), where)
        left, right = float(a), float(b)
        if a != b and math.isinf(left) and not {a[-1:], b[-1:]}.issubset("fFyY"):
            # Digits that overflow: infinity would make all of them equal.
            self.total += 1
            self.beyond += 1
            self._differ(math.inf, math.inf, where)
            return False
        return self.tolerant(left, right, where, tolerance)

    def block(self, total: int, magnitude: Magnitude | None, beyond: int) -> None:
        """Add ``total`` numbers at once, whose differences are summed up in ``magnitude``."""
        self.total += total
        self.beyond += beyond
        if magnitude is not None:
            self._differ(magnitude.max_abs, magnitude.max_rel, magnitude.where)
            self.differing += magnitude.differing - 1

    def merge(self, magnitude: Magnitude | None, tolerance: Tolerance | None, name: str) -> None:
        """Add the numbers of a part called ``name``; what was out of tolerance is not counted."""
        if magnitude is not None:
            self.total += magnitude.total
            if magnitude.differing:
                where = f"{name}: {magnitude.where}" if magnitude.where else name
                self._differ(magnitude.max_abs, magnitude.max_rel, where)
                self.differing += magnitude.differing - 1
        if tolerance is not None:
            self.uses(tolerance, mattered=bool(magnitude and magnitude.differing))

    def magnitude(self) -> Magnitude | None:
        """Return the magnitude, or ``None`` where there were no numbers."""
        if not self.total:
            return None
        return Magnitude(
            max_abs=self._abs,
            max_rel=self._rel,
            differing=self.differing,
            total=self.total,
            where=self._where,
        )

    def tolerance(self) -> Tolerance | None:
        """Return the widest tolerance that mattered, else that was applied, if any was."""
        return self._tolerance

    def uses(self, tolerance: Tolerance, *, mattered: bool) -> None:
        """Note that ``tolerance`` was applied; ``mattered``: to numbers that differ."""
        rank = (mattered, tolerance.relative + tolerance.absolute)
        if self._tolerance is None or rank > self._rank:
            self._tolerance, self._rank = tolerance, rank

    def _differ(self, distance: float, relative: float, where: str) -> None:
        self.differing += 1
        if distance > self._abs or not self._where:
            self._where = where
        self._abs = max(self._abs, distance)
        self._rel = max(self._rel, relative)


def _integer_gap(a: int, b: int) -> tuple[float, float]:
    distance = abs(a - b)
    try:
        return float(distance), distance / max(abs(a), abs(b))
    except OverflowError:
        return math.inf, 1.0
