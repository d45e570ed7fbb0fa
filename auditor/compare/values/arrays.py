"""Pairs of NumPy arrays, compared block by block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.compare.values.difference import Found
from auditor.compare.values.evidence import MAX_LINES
from auditor.compare.values.scope import Scope
from auditor.model.evidence import Magnitude
from auditor.model.policy import Tolerance

__all__ = ["Array", "Arrays"]

_BLOCK = 1 << 18


class Array:
    """An array and the name of its type; ``bfloat16`` and 8-bit floats lie in integers."""

    __slots__ = ("dtype", "values")

    def __init__(self, values: Any, dtype: str = "") -> None:  # noqa: ANN401 - numpy comes late
        self.values = values
        self.dtype = dtype or str(values.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return tuple(self.values.shape)


class Arrays:
    """Compares arrays of one file, and adds up how they differ."""

    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found

    def mapping(self, a: Mapping[str, Array], b: Mapping[str, Array]) -> None:
        """Compare arrays by name; one that only one side has differs."""
        for name in sorted({*a, *b}):
            if name not in a or name not in b:
                self._missing(name, here=name in a)
            else:
                self.compare(name, a[name], b[name])

    def _missing(self, name: str, *, here: bool) -> None:
        self.found.differ(name, *(("present", "(absent)") if here else ("(absent)", "present")))

    def compare(self, name: str, left: Array, right: Array) -> None:
        """Compare two arrays of any shape; fields of structured ones apart."""
        a, b = left.values, right.values
        if left.dtype != right.dtype:
            self.found.differ(f"{name} dtype".strip(), left.dtype, right.dtype)
        elif a.shape != b.shape:
            self.found.differ(f"{name} shape".strip(), str(a.shape), str(b.shape))
        elif a.dtype.names:
            for field in a.dtype.names:
                self.compare(f"{name}.{field}".lstrip("."), Array(a[field]), Array(b[field]))
        else:
            self._elements(name, a, b)

    def _elements(self, name: str, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        blocks = np.nditer(
            [_plain(a), _plain(b)],
            flags=["external_loop", "buffered", "zerosize_ok"],
            order="C",
            buffersize=_BLOCK,
        )
        start = 0
        # Zero elements still make one empty block.
        for left, right in blocks:
            self._block(_Place(name, a.shape, start), left, right)
            start += left.size

    def _block(self, place: _Place, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        if a.dtype.kind in "fc":
            self._floats(place, a, b)
        elif (a != b).any():
            self._exact(place, a, b)
        elif a.dtype.kind in "iu":
            self.found.tally.block(a.size, None, 0)

    def _exact(self, place: _Place, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        wrong = (a != b).nonzero()[0]
        if a.dtype.kind in "iu":
            gaps, sizes = _gaps(a[wrong], b[wrong])
            most = int(gaps.argmax())
            relative = float((gaps / sizes).max())
            worst = _magnitude(float(gaps[most]), relative, wrong.size, place.at(wrong[most]))
            self.found.tally.block(a.size, worst, wrong.size)
        self._show(place, a, b, wrong)

    def _floats(self, place: _Place, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        tolerance = self.scope.tolerances.within(place.name, str(a.dtype))
        unequal = ((a != b) & ~(np.isnan(a) & np.isnan(b))).nonzero()[0]
        self.found.tally.uses(tolerance, mattered=unequal.size > 0)
        if not unequal.size:
            self.found.tally.block(a.size, None, 0)
            return
        gaps, sizes = _gaps(a[unequal], b[unequal])
        most = int(gaps.argmax())
        with np.errstate(all="ignore"):
            relative = np.where(np.isinf(gaps), np.inf, gaps / sizes)
            beyond = unequal[gaps > _allowed(tolerance, sizes)]
        worst = _magnitude(
            float(gaps[most]), float(relative.max()), unequal.size, place.at(unequal[most])
        )
        self.found.tally.block(a.size, worst, beyond.size)
        if beyond.size:
            self._show(place, a, b, beyond)

    def _show(self, place: _Place, a: Any, b: Any, wrong: Any) -> None:  # noqa: ANN401 - arrays
        self.found.different = True
        for index in wrong[:MAX_LINES]:
            self.found.evidence.pair(place.at(index), a[index].item(), b[index].item())
        self.found.evidence.more(max(0, wrong.size - MAX_LINES))


class _Place:
    """Names the elements of one block by their index in the whole array."""

    def __init__(self, name: str, shape: tuple[int, ...], start: int) -> None:
        self.name = name
        self.shape = shape
        self.start = start

    def at(self, index: int) -> str:
        rest = self.start + int(index)
        steps: list[int] = []
        for length in reversed(self.shape):
            rest, step = divmod(rest, length)
            steps.append(step)
        return f"{self.name}[{', '.join(str(step) for step in reversed(steps))}]"


def _plain(array: Any) -> Any:  # noqa: ANN401 - an array
    # NaT is unequal to itself; the integer under it is not.
    return array.view("i8") if array.dtype.kind in "mM" else array


def _gaps(a: Any, b: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
    """Return ``|a-b|`` (infinite where one is not finite) and ``max(|a|, |b|)``, computed wide."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    # A long double holds every 64-bit integer.
    wide = np.result_type(a.dtype, np.longdouble if a.dtype.kind in "iu" else np.float64)
    left, right = a.astype(wide), b.astype(wide)
    with np.errstate(all="ignore"):
        gaps = np.abs(left - right)
        sizes = np.maximum(np.abs(left), np.abs(right))
    finite = np.isfinite(left) & np.isfinite(right)
    return np.where(finite, gaps, np.inf), np.where(finite, sizes, 1.0)


def _allowed(tolerance: Tolerance, sizes: Any) -> Any:  # noqa: ANN401 - arrays
    return tolerance.absolute + tolerance.relative * sizes


def _magnitude(max_abs: float, max_rel: float, differing: int, where: str) -> Magnitude:
    return Magnitude(max_abs=max_abs, max_rel=max_rel, differing=differing, total=0, where=where)
