"""How two arrays of numbers differ over all of their elements, added up box by box."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from auditor.compare.values.arrays.blocks import Box
from auditor.compare.values.arrays.floats import decoded, differ_in_bits, ordinals
from auditor.model.evidence import TensorDifference
from auditor.model.policy import Tolerance

__all__ = ["EXACT", "MOST_SHOWN", "Spread", "subscript"]

MOST_SHOWN = 5
EXACT = Tolerance(relative=0.0, absolute=0.0)
# So few that memory for what is computed of them is not fetched from the system each time.
_STEP = 1 << 13
_DOUBLE = 8
_MOST_MEDIAN = 1_000_000
# Squares of shorter vectors run out of the range of a float64.
_SHORTEST = 1e-140

Index = tuple[int, ...]


class Spread:
    """Adds up the differences of one pair of arrays of numbers of the type ``dtype``.

    ``shown`` are the first elements beyond ``tolerance``, each with its index and both values.
    ``in_bits`` says that elements of the same value have other bits.
    """

    def __init__(self, dtype: str, tolerance: Tolerance) -> None:
        self.dtype = dtype
        self.tolerance = tolerance
        self.differing = 0
        self.beyond = 0
        self.max_abs = 0.0
        self.max_rel = 0.0
        self.first: Index | None = None
        self.worst: Index | None = None
        self.in_bits = False
        self.shown: list[tuple[Index, Any, Any]] = []
        self._ulp: int | None = None
        self._gaps: list[Any] = []
        self._ratios: list[Any] = []
        self._kept = 0
        self._powers: Counter[int] = Counter()
        self._lengths = [0.0, 0.0, 0.0]

    def same(self, raw: Any) -> None:  # noqa: ANN401 - an array
        """Add elements that are the same on both sides; they count in the norm."""
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        with np.errstate(all="ignore"):
            length = _length(decoded(raw, self.dtype))
        self._add_lengths(length, length, 0.0)

    def block(self, box: Box, raw_a: Any, raw_b: Any) -> None:  # noqa: ANN401 - arrays
        """Add elements of which some differ, in bits at least."""
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        with np.errstate(all="ignore"):
            for start in range(0, raw_a.size, _STEP):
                part = slice(start, start + _STEP)
                self._part(box, start, raw_a[part], raw_b[part])

    def _part(self, box: Box, start: int, raw_a: Any, raw_b: Any) -> None:  # noqa: ANN401 - arrays
        a, b = decoded(raw_a, self.dtype), decoded(raw_b, self.dtype)
        wrong = _unequal(a, b)
        if a.dtype.kind in "fc":
            self.in_bits |= differ_in_bits(raw_a, raw_b) > wrong.size
        if wrong.size:
            self._differ(_Places(box, start + wrong), a[wrong], b[wrong])
            self._ulps(raw_a[wrong], raw_b[wrong], a[wrong], b[wrong])
        self._add_lengths(_length(a), _length(b), 0.0)

    def norm(self) -> float:
        """Return ``|a-b| / max(|a|, |b|)``; infinite where only one side is not finite."""
        a, b, gap = self._lengths
        if gap and math.isinf(max(a, b, gap)):
            return math.inf
        return gap / max(a, b) if gap else 0.0

    def difference(self, name: str, shape: tuple[int, ...], beyond: int) -> TensorDifference:
        """Return the sum; only where some differ."""
        assert self.first is not None
        assert self.worst is not None
        return TensorDifference(
            name=name,
            dtype=self.dtype,
            shape=shape,
            total=math.prod(shape),
            differing=self.differing,
            beyond=beyond,
            max_abs=self.max_abs,
            median_abs=_median(self._gaps),
            max_rel=self.max_rel,
            median_rel=_median(self._ratios),
            max_ulp=self._ulp,
            norm=self.norm(),
            first=subscript(self.first),
            worst=subscript(self.worst),
            histogram=tuple(sorted(self._powers.items())),
        )

    def _differ(self, places: _Places, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        gaps, sizes = _gaps(a, b)
        ratios = gaps / sizes
        allowed = self.tolerance.absolute + self.tolerance.relative * sizes
        # No tolerance, however wide, covers what is not finite on one side only.
        beyond = ((gaps > allowed) | (gaps == math.inf)).nonzero()[0]
        here = [(places.at(i), _plain(a[i]), _plain(b[i])) for i in beyond[:MOST_SHOWN]]
        self.shown = sorted([*self.shown, *here], key=lambda one: one[0])[:MOST_SHOWN]
        most = int(gaps.argmax())
        self._place(places.at(0), places.at(most), float(gaps[most]))
        self.differing += gaps.size
        self.beyond += beyond.size
        self.max_rel = max(self.max_rel, float(ratios.max()))
        self._lengths[2] = math.hypot(self._lengths[2], _stretch(gaps))
        self._keep(gaps, ratios)

    def _place(self, first: Index, worst: Index, gap: float) -> None:
        self.first = first if self.first is None else min(self.first, first)
        # Of several largest differences the first is named, however boxes are cut.
        if self.worst is None or (-gap, worst) < (-self.max_abs, self.worst):
            self.worst, self.max_abs = worst, gap

    def _keep(self, gaps: Any, ratios: Any) -> None:  # noqa: ANN401 - arrays
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        powers, counts = np.unique(
            np.floor(np.log10(gaps[np.isfinite(gaps)])).astype(np.int16), return_counts=True
        )
        self._powers.update(dict(zip(powers.tolist(), counts.tolist(), strict=True)))
        room = _MOST_MEDIAN - self._kept
        if room > 0:
            self._gaps.append(gaps[:room])
            self._ratios.append(ratios[:room])
            self._kept += min(room, gaps.size)

    def _ulps(self, raw_a: Any, raw_b: Any, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        left, right = ordinals(raw_a, self.dtype), ordinals(raw_b, self.dtype)
        if left is None or right is None:
            return
        steps = _apart(left, right)
        # From infinity or NaN to a number is no number of steps.
        steps[~(np.isfinite(a) & np.isfinite(b))] = 0
        self._ulp = max(self._ulp or 0, int(steps.max()))

    def _add_lengths(self, *lengths: float) -> None:
        pairs = zip(self._lengths, lengths, strict=True)
        self._lengths = [math.hypot(known, more) for known, more in pairs]


class _Places:
    """Where the elements of one part that differ stand in the whole array."""

    def __init__(self, box: Box, wrong: Any) -> None:  # noqa: ANN401 - an array
        self.box = box
        self.wrong = wrong

    def at(self, number: int) -> Index:
        return self.box.at(self.wrong[number])


def _plain(element: Any) -> Any:  # noqa: ANN401 - a number
    """Return an element as Python has it; a narrow float with no more digits than it has."""
    narrow = element.dtype.kind == "f" and element.dtype.itemsize < _DOUBLE
    return float(str(element)) if narrow else element.item()


def subscript(index: Index) -> str:
    """Return ``[3, 1]``, and nothing for the one element of an array without axes."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def _unequal(a: Any, b: Any) -> Any:  # noqa: ANN401 - arrays
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    unequal = a != b
    if a.dtype.kind in "fc":
        unequal &= ~(np.isnan(a) & np.isnan(b))
    return unequal.nonzero()[0]


def _gaps(a: Any, b: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
    """Return ``|a-b|`` (infinite where one is not finite) and ``max(|a|, |b|)``, computed wide."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if a.dtype.kind in "biu":
        whole = np.uint64 if a.dtype == np.uint64 else np.int64
        sizes = np.maximum(np.abs(a.astype(np.float64)), np.abs(b.astype(np.float64)))
        return _apart(a.astype(whole), b.astype(whole)).astype(np.float64), sizes
    wide = np.result_type(a.dtype, np.float64)
    left, right = a.astype(wide), b.astype(wide)
    gaps = np.abs(left - right)
    sizes = np.maximum(np.abs(left), np.abs(right))
    odd = ~np.isfinite(gaps)
    gaps[odd], sizes[odd] = np.inf, 1.0
    return gaps, sizes


def _apart(a: Any, b: Any) -> Any:  # noqa: ANN401 - arrays
    """Return ``|a-b|`` of 64-bit integers, as uint64, which holds every such distance."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    return np.maximum(a, b).view(np.uint64) - np.minimum(a, b).view(np.uint64)


def _length(values: Any) -> float:  # noqa: ANN401 - an array
    """Return the Euclidean norm of the finite elements, computed in float64."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if values.dtype.kind == "c":
        values = values.view(values.real.dtype)
    length = float(np.sqrt(np.square(values, dtype=np.float64).sum()))
    if _SHORTEST < length < math.inf:
        return length
    return _stretch(values[np.isfinite(values)].astype(np.float64))


def _stretch(values: Any) -> float:  # noqa: ANN401 - an array
    """Return a Euclidean norm whose squares may be beyond the range of floats."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    top = float(np.abs(values).max(initial=0.0))
    if not 0.0 < top < math.inf:
        return top
    return top * float(np.sqrt(np.square(values / top).sum()))


def _median(parts: list[Any]) -> float:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    values = np.concatenate(parts)
    middle = ((values.size - 1) // 2, values.size // 2)
    low, high = (float(value) for value in np.partition(values, middle)[list(middle)])
    return low if low == high else low / 2 + high / 2  # their sum may be beyond the range
