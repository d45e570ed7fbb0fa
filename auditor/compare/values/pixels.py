"""Pairs of pictures as arrays of levels: where they differ, by how much, and how that looks."""

from __future__ import annotations

import base64
import io
from typing import Any

from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope
from auditor.model.evidence import Magnitude, Picture
from auditor.model.policy import Tolerance

__all__ = ["Levels", "compare_pixels", "picture_of"]

# An array of (height, width, channels); numpy comes late.
Levels = Any

_WIDTH = 480
_HEIGHT = 640
_ROWS = 1 << 22
_FAINTEST = 64


def compare_pixels(
    name: str,
    a: Levels,
    b: Levels,
    scope: Scope,
    found: Found,
    least: float = 0.0,
) -> bool:
    """Compare two arrays of one shape ``(height, width, channels)``; say whether they differ.

    Levels are exact, unless the policy has a tolerance for the file (``absolute`` in levels), or
    ``least`` levels mean nothing.
    """
    tolerances, dtype = scope.tolerances, str(a.dtype)
    tolerance = tolerances.within(name, dtype) if name else tolerances.of(dtype)
    seen = _Seen()
    # In bands of rows, so that wide copies stay small.
    step = max(1, _ROWS // max(1, a[0].size if len(a) else 1))
    for top in range(0, len(a), step):
        seen.band(a[top : top + step], b[top : top + step], top, tolerance, least)
    _add(seen, name, a.shape, tolerance, found)
    return seen.beyond > 0


class _Seen:
    """What differs: pixels, those beyond tolerance, the largest gap, and the box around them."""

    def __init__(self) -> None:
        self.differing = 0
        self.beyond = 0
        self.gap = 0.0
        self.relative = 0.0
        self.at = (0, 0)
        self.box: tuple[int, int, int, int] | None = None

    def band(self, a: Levels, b: Levels, top: int, tolerance: Tolerance, least: float) -> None:
        if (a == b).all():
            return
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        with np.errstate(all="ignore"):
            left, right = a.astype(np.float64), b.astype(np.float64)
            gaps = np.abs(left - right)
            sizes = np.nan_to_num(np.maximum(np.abs(left), np.abs(right)), posinf=0.0)
            same = (left == right) | (np.isnan(left) & np.isnan(right))
            gaps = np.where(same, 0.0, np.where(np.isfinite(gaps), gaps, np.inf))
            beyond = gaps > np.maximum(least, tolerance.absolute + tolerance.relative * sizes)
        unequal = gaps.max(axis=2)
        self.differing += int((unequal > 0).sum())
        if unequal.max() > self.gap:
            row, column = divmod(int(unequal.argmax()), unequal.shape[1])
            self.gap, self.at = float(unequal.max()), (column, row + top)
            size = float(sizes[row, column].max())
            self.relative = self.gap / size if size else self.gap
        rows, columns = beyond.any(axis=2).nonzero()
        if rows.size:
            self.beyond += int(rows.size)
            self._widen(columns.min(), rows.min() + top, columns.max(), rows.max() + top)

    def _widen(self, *box: Levels) -> None:
        left, top, right, bottom = (int(edge) for edge in box)
        if self.box is not None:
            left, top = min(left, self.box[0]), min(top, self.box[1])
            right, bottom = max(right, self.box[2]), max(bottom, self.box[3])
        self.box = (left, top, right, bottom)


def _add(
    seen: _Seen, name: str, shape: tuple[int, ...], tolerance: Tolerance, found: Found
) -> None:
    total = shape[0] * shape[1]
    where = f"{name} pixel ({seen.at[0]}, {seen.at[1]})".lstrip()
    worst = Magnitude(
        max_abs=seen.gap, max_rel=seen.relative, differing=seen.differing, total=0, where=where
    )
    found.tally.block(total, worst if seen.differing else None, seen.beyond)
    found.tally.uses(tolerance, mattered=seen.differing > 0)
    if seen.box is not None:
        left, top, right, bottom = seen.box
        found.different = True
        found.evidence.add(
            f"{name}: {seen.beyond} of {total} pixels differ".removeprefix(": ")
            + f" ({seen.beyond / total:.2%}), by up to {seen.gap:g} levels at {seen.at},"
            f" all inside ({left}, {top}) to ({right}, {bottom})"
        )


def picture_of(caption: str, a: Levels, b: Levels) -> Picture:
    """Return thumbnails of two pictures, and of where they differ if they have one shape.

    Pixels that differ are red, the more so the more they do; the rest is grey and faint.
    """
    low, high = _range(a, b)
    left, right = _visible(a, low, high), _visible(b, low, high)
    heat = _png(_heat(left, a, b)) if a.shape == b.shape else ""
    return Picture(caption=caption, original=_png(left), replay=_png(right), difference=heat)


def _range(a: Levels, b: Levels) -> tuple[float, float]:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if a.dtype == b.dtype == np.uint8:
        return 0.0, 255.0
    ends = [(float(np.nanmin(one)), float(np.nanmax(one))) for one in _finite(a, b) if one.size]
    low, high = min((end[0] for end in ends), default=0.0), max((e[1] for e in ends), default=1.0)
    return low, max(high, low + 1e-30)


def _finite(*arrays: Levels) -> list[Levels]:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    return [one[np.isfinite(one)] for one in arrays]


def _visible(a: Levels, low: float, high: float) -> Levels:
    """Return ``(height, width, 3)`` levels of 0 to 255 on white, small enough to show."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    step = _step(a.shape)
    small = a[::step, ::step].astype(np.float64)
    levels = np.nan_to_num((small - low) / (high - low), nan=0.0, posinf=1.0, neginf=0.0) * 255.0
    channels = levels.shape[2]
    if channels in {2, 4}:
        opacity = levels[..., -1:] / 255.0
        levels = levels[..., :-1] * opacity + 255.0 * (1.0 - opacity)
    if levels.shape[2] != 3:  # noqa: PLR2004 - red, green and blue
        levels = np.repeat(levels[..., :1], 3, axis=2)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _heat(shown: Levels, a: Levels, b: Levels) -> Levels:
    """Return the largest gap of each block of pixels as red on a faint ``shown``."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    step = _step(a.shape)
    gaps = np.zeros(shown.shape[:2])
    for row in range(0, a.shape[0], step):
        band = (a[row : row + step], b[row : row + step])
        with np.errstate(all="ignore"):
            gap = np.abs(band[0].astype(np.float64) - band[1].astype(np.float64)).max(axis=(0, 2))
        gap = np.nan_to_num(gap, nan=np.inf)
        gaps[row // step] = np.maximum.reduceat(gap, np.arange(0, gap.size, step))
    most = gaps[np.isfinite(gaps)].max(initial=0.0) or 1.0
    strength = np.where(gaps > 0, _FAINTEST + (255 - _FAINTEST) * np.minimum(gaps / most, 1.0), 0.0)
    faint = 255.0 - (255.0 - shown.mean(axis=2)) * 0.25
    weight = (strength / 255.0)[..., None]
    red = np.array([200.0, 0.0, 0.0])
    return np.rint(faint[..., None] * (1.0 - weight) + red * weight).astype(np.uint8)


def _step(shape: tuple[int, ...]) -> int:
    return max(1, -(-shape[1] // _WIDTH), -(-shape[0] // _HEIGHT))


def _png(levels: Levels) -> str:
    from PIL import Image  # noqa: PLC0415 - late: only pictures need it

    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG", optimize=False, compress_level=9)
    return base64.b64encode(file.getvalue()).decode("ascii")
