"""Tensors and graphs of TensorFlow, read without it."""

from __future__ import annotations

import math
from typing import Any

from auditor.compare.readers.protobuf import decode
from auditor.compare.readers.tensorflow_schema import GRAPHS
from auditor.compare.readers.tensors import shaped, stored
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["CONVERT", "DTYPES", "STRING", "lengths", "saved_model", "tensor"]

MAX_ELEMENTS = 1 << 28
STRING = 7
_MAX_AXES = 32
# By their number in types.proto; integers of four bits take a byte each.
DTYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    22: "uint32",
    23: "uint64",
    24: "float8_e5m2",
    25: "float8_e4m3fn",
    26: "float8_e4m3fnuz",
    27: "float8_e4m3b11fnuz",
    28: "float8_e5m2fnuz",
    29: "int8",
    30: "uint8",
}
_LISTS = (
    "half_val",
    "float_val",
    "double_val",
    "int_val",
    "scomplex_val",
    "int64_val",
    "bool_val",
    "dcomplex_val",
    "uint32_val",
    "uint64_val",
)
_READ = {*_LISTS, "dtype", "tensor_shape", "tensor_content", "float8_val", "version_number"}
_HALVES = {"float16", "bfloat16"}


def tensor(message: dict[str, Any]) -> dict[str, Any]:
    """Return a ``TensorProto`` with its elements as ``value``, an ``Array``, however stored.

    Text and resources stay as they are. Raises ``Unreadable``, ``Undecided``.
    """
    kind = message.get("dtype", 0)
    if kind not in DTYPES:
        return message
    rest = {key: value for key, value in message.items() if key not in _READ}
    shape = lengths(message.get("tensor_shape", {}))
    return {**rest, "dtype": kind, "value": _elements(message, DTYPES[kind], shape)}


def lengths(shape: dict[str, Any]) -> list[int]:
    """Return the length of each axis of a ``TensorShapeProto`` that is known in full."""
    found = [one.get("size", 0) for one in shape.get("dim", [])]
    if any(length < 0 for length in found) or len(found) > _MAX_AXES:
        raise Unreadable(f"a tensor of shape {found}")
    return found


def _elements(message: dict[str, Any], dtype: str, shape: list[int]) -> Array:
    for content in ("tensor_content", "float8_val"):
        if content in message and len(message[content]):
            return stored(message[content], dtype, shape)
    lists = [message[name].values for name in _LISTS if name in message]
    if not lists:
        return _filled(stored(b"", dtype, [0]).values, dtype, shape)
    values = lists[0]
    if dtype in _HALVES:
        values = stored(values.astype("<u2").tobytes(), dtype, [values.size]).values
    elif dtype.startswith("complex"):
        count = values.size // 2
        values = stored(values[: 2 * count].tobytes(), dtype, [count]).values
    elif dtype == "bool":
        values = values != 0
    elif dtype.startswith("float8_"):
        values = values.astype("u1")
    else:
        values = values.astype(dtype.removeprefix("q"))
    return _filled(values, dtype, shape)


def _filled(values: Any, dtype: str, shape: list[int]) -> Array:  # noqa: ANN401 - NumPy
    """Repeat the last element, or zero, up to the end, as TensorFlow does."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    count = math.prod(shape)
    if count > MAX_ELEMENTS:
        raise Undecided(f"a tensor of {count} elements is larger than is read")
    if values.size == count:
        return shaped(values, dtype, shape)
    if values.size > count:
        raise Unreadable(f"{values.size} elements are no {dtype} of shape {shape}")
    last = values[-1] if values.size else values.dtype.type(0)
    if values.size <= 1:
        return Array(np.broadcast_to(last, tuple(shape)), dtype)
    rest = np.full(count - values.size, last, dtype=values.dtype)
    return shaped(np.concatenate([values, rest]), dtype, shape)


def _attribute(message: dict[str, Any]) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if "f" in message:
        message["f"] = Array(np.array(message["f"], dtype=np.float32).reshape(-1))
    return message


CONVERT = {
    "TensorProto": tensor,
    "AttrValue": _attribute,
    "AttrValue.ListValue": _attribute,
}


def saved_model(data: memoryview) -> dict[str, Any]:
    """Return a ``SavedModel`` as a tree. Raises ``Unreadable``, ``Undecided``."""
    model = decode(data, "SavedModel", GRAPHS, CONVERT)
    if "meta_graphs" not in model:
        raise Unreadable("not a saved model: it has no graph")
    return model
