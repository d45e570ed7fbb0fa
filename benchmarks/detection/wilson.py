"""A rate with its 95 % interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Rate"]

Z = 1.959963984540054  # the normal quantile of 0.975


@dataclass(frozen=True)
class Rate:
    """``count`` of ``total``."""

    count: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval of 95 % (Wilson, JASA 22, 1927, pp. 209-212), 0 to 1."""
        if self.total == 0:
            return 0.0, 1.0
        n, p = self.total, self.count / self.total
        scale = 1 + Z**2 / n
        middle = (p + Z**2 / (2 * n)) / scale
        half = Z / scale * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if self.total == 0:
            return "none asked"
        low, high = self.interval
        share = f"{self.count / self.total:.1%}"
        return f"{self.count} of {self.total}, {share} ({low:.1%} to {high:.1%})"
