"""What the bits of floats mean: those that NumPy lacks, and units in the last place."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

__all__ = ["decoded", "differ_in_bits", "element_kind", "ordinals"]

_BFLOAT16_SHIFT = 16
_SIGN = 63


class _Small(NamedTuple):
    """An 8-bit float: Micikevicius et al. 2022 (arXiv:2209.05433); ``fnuz``: Noune et al. 2022.

    ``ieee``: all ones in the exponent are infinity and NaN, else only all ones in all bits are
    NaN; ``fnuz``: no infinity, no negative zero, whose bits are the one NaN.
    """

    exponent: int
    mantissa: int
    bias: int
    ieee: bool = False
    fnuz: bool = False


_SMALL = {
    "float8_e4m3fn": _Small(4, 3, 7),
    "float8_e5m2": _Small(5, 2, 15, ieee=True),
    "float8_e4m3fnuz": _Small(4, 3, 8, fnuz=True),
    "float8_e5m2fnuz": _Small(5, 2, 16, fnuz=True),
}
_NAMED = {*_SMALL, "bfloat16"}


def element_kind(stored: Any, dtype: str) -> str:  # noqa: ANN401 - a numpy dtype
    """Return NumPy's letter for elements ``stored`` as they are, ``f`` for those of ``_NAMED``."""
    return "f" if dtype in _NAMED else str(stored.kind)


def decoded(raw: Any, dtype: str) -> Any:  # noqa: ANN401 - arrays
    """Return the values of ``raw``; those of ``bfloat16`` and 8-bit floats as float32."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if dtype == "bfloat16":
        return (raw.astype(np.uint32) << _BFLOAT16_SHIFT).view(np.float32)
    return np.take(_table(dtype), raw) if dtype in _SMALL else raw


def ordinals(raw: Any, dtype: str) -> Any | None:  # noqa: ANN401 - arrays
    """Return the number of each float, as int64: in order, both zeros 0.

    Neighbours are one apart, which makes a difference a distance in units in the last place.
    ``None`` where the type has none: no float, or longer than 64 bits.
    """
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    width = raw.dtype.itemsize
    if (dtype not in _NAMED and raw.dtype.kind != "f") or width > np.dtype(np.int64).itemsize:
        return None
    bits = raw.view(f"i{width}").astype(np.int64)
    # The sign is a bit of its own. Without a branch: signs of weights cannot be predicted.
    sign = bits >> _SIGN
    return ((bits & np.iinfo(f"i{width}").max) ^ sign) - sign


def differ_in_bits(a: Any, b: Any) -> int:  # noqa: ANN401 - arrays
    """Count the elements of two raw arrays whose bits differ; 0 where bits may be padding."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    width = a.dtype.itemsize
    parts = 2 if a.dtype.kind == "c" else 1
    if width // parts not in {1, 2, 4, 8}:
        return 0
    one, other = (side.view(f"u{width // parts}").reshape(-1, parts) for side in (a, b))
    return int(np.count_nonzero((one != other).any(axis=1)))


@cache
def _table(dtype: str) -> Any:  # noqa: ANN401 - an array
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    return np.array([_small(code, _SMALL[dtype]) for code in range(256)], np.float32)


def _small(code: int, form: _Small) -> float:
    sign = -1.0 if code >> 7 else 1.0
    power, part = divmod(code & 0x7F, 1 << form.mantissa)
    if form.fnuz and code == 1 << 7:
        return float("nan")
    if form.ieee and power == (1 << form.exponent) - 1:
        return float("nan") if part else sign * float("inf")
    if not form.ieee and not form.fnuz and code & 0x7F == (1 << 7) - 1:
        return float("nan")
    fraction = part / (1 << form.mantissa)
    if power == 0:
        return float(sign * fraction * 2.0 ** (1 - form.bias))
    return float(sign * (1.0 + fraction) * 2.0 ** (power - form.bias))
