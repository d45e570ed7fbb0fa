"""Student's t distribution for whole degrees of freedom, without SciPy."""

from __future__ import annotations

import math
from functools import cache

__all__ = ["critical", "tails"]

_STEPS = 2000


@cache
def critical(df: int, level: float) -> float:
    """Return the t with ``P(|T| > t) = level``, by bisection of the exact distribution.

    Of ``level`` 0.05 it is t(.975, ``df``). Raises ``ValueError`` for fewer than one degree of
    freedom, or a level that is not between 0 and 1.
    """
    if df < 1 or not 0 < level < 1:
        raise ValueError(f"{df} degrees of freedom at level {level}")
    low, high = 0.0, 1.0
    while _between(high, df) < 1 - level:
        low, high = high, high * 2
    for _step in range(_STEPS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if _between(middle, df) < 1 - level:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def tails(t: float, df: int) -> float:
    """Return ``P(|T| > t)`` for ``t`` of 0 or more, to about 1e-14."""
    return min(1.0, max(0.0, 1 - _between(t, df)))


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
