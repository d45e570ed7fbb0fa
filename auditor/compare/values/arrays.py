"""Pairs of NumPy arrays, compared block by block."""

from __future__ import annotations

from typing import Any

from auditor.compare.values.evidence import MAX_LINES, Lines
from auditor.compare.values.numbers import Tally
from auditor.compare.values.tolerance import Tolerances
from auditor.model.audit import Magnitude
from auditor.model.policy import Tolerance

__all__ = ["Arrays"]

_BLOCK = 1 << 18


class Arrays:
    """Compares arrays, and adds up how they differ."""

    def __init__(self, tolerances: Tolerances) -> None:
        self.tolerances = tolerances
        self.tally = Tally()
        self.evidence = Lines()
        self.different = False

    def missing(self, name: str, *, here: bool) -> None:
        """Note an array that only one side has; ``here``: the first."""
        self._differ(name, *(("present", "(absent)") if here else ("(absent)", "present")))

    def unequal(self, name: str) -> None:
        """Note a member that is no array and has other bytes."""
        self._differ(name, "(bytes)", "(other bytes)")

    def compare(self, name: str, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        """Compare two arrays of any shape; fields of structured ones apart."""
        if a.dtype != b.dtype:
            self._differ(f"{name} dtype".strip(), str(a.dtype), str(b.dtype))
        elif a.shape != b.shape:
            self._differ(f"{name} shape".strip(), str(a.shape), str(b.shape))
        elif a.dtype.names:
            for field in a.dtype.names:
                self.compare(f"{name}.{field}".lstrip("."), a[field], b[field])
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
            self.tally.block(a.size, None, 0)

    def _exact(self, place: _Place, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        wrong = (a != b).nonzero()[0]
        if a.dtype.kind in "iu":
            gaps, sizes = _gaps(a[wrong], b[wrong])
            most = int(gaps.argmax())
            relative = float((gaps / sizes).max())
            worst = _magnitude(float(gaps[most]), relative, wrong.size, place.at(wrong[most]))
            self.tally.block(a.size, worst, wrong.size)
        self._show(place, a, b, wrong)

    def _floats(self, place: _Place, a: Any, b: Any) -> None:  # noqa: ANN401 - arrays
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        tolerance = self.tolerances.of(a.dtype.itemsize * (4 if a.dtype.kind == "c" else 8))
        unequal = ((a != b) & ~(np.isnan(a) & np.isnan(b))).nonzero()[0]
        self.tally.uses(tolerance, mattered=unequal.size > 0)
        if not unequal.size:
            self.tally.block(a.size, None, 0)
            return
        gaps, sizes = _gaps(a[unequal], b[unequal])
        most = int(gaps.argmax())
        with np.errstate(all="ignore"):
            relative = np.where(np.isinf(gaps), np.inf, gaps / sizes)
            beyond = unequal[gaps > _allowed(tolerance, sizes)]
        worst = _magnitude(
            float(gaps[most]), float(relative.max()), unequal.size, place.at(unequal[most])
        )
        self.tally.block(a.size, worst, beyond.size)
        if beyond.size:
            self._show(place, a, b, beyond)

    def _show(self, place: _Place, a: Any, b: Any, wrong: Any) -> None:  # noqa: ANN401 - arrays
        self.different = True
        for index in wrong[:MAX_LINES]:
            self.evidence.pair(place.at(index), a[index].item(), b[index].item())
        self.evidence.more(max(0, wrong.size - MAX_LINES))

    def _differ(self, where: str, a: str, b: str) -> None:
        self.different = True
        self.evidence.pair(where, a, b)


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
