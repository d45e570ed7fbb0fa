"""Elements of tensors as frameworks store them: bits of types that NumPy lacks, two to a byte."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Unreadable

__all__ = ["shaped", "stored"]

# How the bits of each type that NumPy lacks are stored.
_BITS = {
    "bfloat16": "<u2",
    "float8_e4m3b11fnuz": "u1",
    "float8_e4m3fn": "u1",
    "float8_e4m3fnuz": "u1",
    "float8_e5m2": "u1",
    "float8_e5m2fnuz": "u1",
    "float8_e8m0fnu": "u1",
    "qint8": "i1",
    "quint8": "u1",
    "qint16": "<i2",
    "quint16": "<u2",
    "qint32": "<i4",
}
# Bits of each element of those that share a byte, the first in the lowest bits.
_PACKED = {"float4_e2m1fn": 4, "uint4": 4, "int4": 4, "uint2": 2, "int2": 2}


def stored(data: Any, dtype: str, shape: Sequence[int], order: str = "<") -> Array:  # noqa: ANN401
    """Return the array of type ``dtype`` whose elements lie in ``data``, a buffer.

    ``order`` is ``<`` where the low byte comes first, else ``>``. Elements of less than a byte
    come back one to a byte. Raises ``Unreadable`` where there are too many or too few.
    """
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if dtype in _PACKED:
        return shaped(_unpacked(data, _PACKED[dtype], math.prod(shape)), dtype, shape)
    form = np.dtype(_BITS.get(dtype, dtype)).newbyteorder(order)  # type: ignore[arg-type]
    if len(data) != form.itemsize * math.prod(shape):
        raise Unreadable(f"{len(data)} bytes are no {dtype} of shape {list(shape)}")
    if dtype == "bool":
        return shaped(np.frombuffer(data, dtype=np.uint8) != 0, dtype, shape)
    values = np.frombuffer(data, dtype=form)
    native = form.newbyteorder("=")
    return shaped(values.view(native) if form.isnative else values.astype(native), dtype, shape)


def shaped(values: Any, dtype: str, shape: Sequence[int]) -> Array:  # noqa: ANN401 - NumPy
    """Return ``values`` as an array of ``shape``. Raises ``Unreadable`` where they do not fit."""
    if values.size != math.prod(shape) or any(length < 0 for length in shape):
        raise Unreadable(f"{values.size} elements are no {dtype} of shape {list(shape)}")
    try:
        return Array(values.reshape(tuple(shape)), dtype)
    except ValueError as error:
        raise Unreadable(f"not a shape: {error}") from None


def _unpacked(data: Any, bits: int, count: int) -> Any:  # noqa: ANN401 - NumPy
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    packed = np.frombuffer(data, dtype=np.uint8)
    places = np.arange(0, 8, bits, dtype=np.uint8)
    if packed.size != -(-count // places.size):
        raise Unreadable(f"{packed.size} bytes hold no {count} elements of {bits} bits")
    return ((packed[:, None] >> places) & ((1 << bits) - 1)).reshape(-1)[:count]
