"""Many pairs of floats at once: how far apart they are, and which by more than a tolerance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.compare.values.numbers import Tally
from auditor.model.evidence import Magnitude
from auditor.model.policy import Tolerance

__all__ = ["judge"]


def judge(
    a: Any,  # noqa: ANN401 - numpy comes late
    b: Any,  # noqa: ANN401
    tolerance: Tolerance,
    tally: Tally,
    place: Callable[[int], str],
) -> tuple[Any, Any]:
    """Add two arrays of floats of one shape ``(n,)`` to ``tally``.

    Returns the indices of those that differ at all, and of those beyond ``tolerance``. NaN is
    equal to NaN only, an infinity to itself only. ``place`` names an element by its index.
    """
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    unequal = ((a != b) & ~(np.isnan(a) & np.isnan(b))).nonzero()[0]
    tally.uses(tolerance, mattered=unequal.size > 0)
    if not unequal.size:
        tally.block(len(a), None, 0)
        return unequal, unequal
    gaps, relative, wrong = _distances(a[unequal], b[unequal], tolerance)
    most = int(gaps.argmax())
    worst = Magnitude(
        max_abs=float(gaps[most]),
        max_rel=float(relative.max()),
        differing=int(unequal.size),
        total=0,
        where=place(int(unequal[most])),
    )
    beyond = unequal[wrong]
    tally.block(len(a), worst, int(beyond.size))
    return unequal, beyond


def _distances(a: Any, b: Any, tolerance: Tolerance) -> tuple[Any, Any, Any]:  # noqa: ANN401
    """Return ``|a-b|``, its relative size, and what is beyond ``tolerance``.

    The first two are infinite where a side is not finite.
    """
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    left, right = a.astype(np.float64), b.astype(np.float64)
    finite = np.isfinite(left) & np.isfinite(right)
    with np.errstate(all="ignore"):
        gaps = np.where(finite, np.abs(left - right), np.inf)
        sizes = np.maximum(np.abs(left), np.abs(right))
        relative = np.where(finite & (sizes > 0), gaps / sizes, np.inf)
        allowed = tolerance.absolute + tolerance.relative * sizes
    return gaps, relative, ~finite | (gaps > allowed)
