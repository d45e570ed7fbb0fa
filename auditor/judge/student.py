"""Student's t distribution for whole degrees of freedom, without SciPy."""

from __future__ import annotations

import math
from functools import cache

__all__ = ["quantile_975"]

_STEPS = 200


@cache
def quantile_975(df: int) -> float:
    """Return t(.975, ``df``), by bisection of the exact distribution. Raises ``ValueError``."""
    if df < 1:
        raise ValueError(f"{df} degrees of freedom")
    low, high = 1.9, 13.0
    for _step in range(_STEPS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if _between(middle, df) < 0.95:  # noqa: PLR2004 - two-sided 95 %
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _between(t: float, df: int) -> float:
    """Return P(-t <= T <= t), by Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    angle = math.atan2(t, math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    if df == 1:
        return 2 * angle / math.pi
    term = cosine if odd else 1.0
    total = term
    for k in range(2 + odd, df - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
