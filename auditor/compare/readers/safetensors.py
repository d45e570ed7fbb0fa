"""Safetensors files: https://github.com/huggingface/safetensors#format, read without a library.

Eight bytes say how long the JSON header is; it names each tensor's type, shape and place in the
bytes that follow, which tensors must fill without holes or overlaps.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from auditor.compare.readers.mapped import mapped
from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.evidence import shown

__all__ = ["Safetensors", "read_safetensors"]

# The format allows for 100 MB; parsed, that is a gigabyte of objects.
MAX_HEADER = 32 * 1024 * 1024
_MAX_AXES = 32
_LENGTH = 8
_METADATA = "__metadata__"
# How each type lies in the file, how many bits an element has, and what it is called.
_TYPES = {
    "BOOL": ("?", 8, ""),
    "U8": ("u1", 8, ""),
    "I8": ("i1", 8, ""),
    "U16": ("<u2", 16, ""),
    "I16": ("<i2", 16, ""),
    "U32": ("<u4", 32, ""),
    "I32": ("<i4", 32, ""),
    "U64": ("<u8", 64, ""),
    "I64": ("<i8", 64, ""),
    "F16": ("<f2", 16, ""),
    "F32": ("<f4", 32, ""),
    "F64": ("<f8", 64, ""),
    "C64": ("<c8", 64, ""),
    "BF16": ("<u2", 16, "bfloat16"),
    "F8_E4M3": ("u1", 8, "float8_e4m3fn"),
    "F8_E5M2": ("u1", 8, "float8_e5m2"),
    "F8_E4M3FNUZ": ("u1", 8, "float8_e4m3fnuz"),
    "F8_E5M2FNUZ": ("u1", 8, "float8_e5m2fnuz"),
    # Scales that are powers of two: exact, as integers are.
    "F8_E8M0": ("u1", 8, "scale8_e8m0"),
    # Several elements a byte: their bytes are exact.
    "F6_E2M3": ("u1", 6, "packed_float6_e2m3"),
    "F6_E3M2": ("u1", 6, "packed_float6_e3m2"),
    "F4": ("u1", 4, "packed_float4_e2m1"),
}


class Safetensors(NamedTuple):
    """The tensors of a file by name, mapped, and what else it says of itself."""

    tensors: dict[str, Array]
    metadata: dict[str, str]


class _Place(NamedTuple):
    start: int
    stop: int
    form: str
    dtype: str
    shape: tuple[int, ...]


def read_safetensors(path: Path) -> Safetensors:
    """Map the tensors of a file, in their order there. Raises ``Unreadable``, ``Undecided``."""
    data = mapped(path)
    length = int.from_bytes(data[:_LENGTH], "little")
    if len(data) < _LENGTH or length > len(data) - _LENGTH:
        raise Unreadable("not a readable safetensors file: its header is longer than it")
    if length > MAX_HEADER:
        raise Undecided(f"a header of {length} bytes is more than the {MAX_HEADER} that are parsed")
    body = data[_LENGTH + length :]
    try:
        head = json.loads(bytes(data[_LENGTH : _LENGTH + length]), object_pairs_hook=_once)
        metadata = _metadata(head)
        places = {name: _place(entry) for name, entry in head.items()}
        _check(places, len(body))
        ordered = sorted(places.items(), key=lambda one: one[1])
        tensors = {name: _tensor(body, place) for name, place in ordered}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(f"not a readable safetensors file: {error}") from None
    return Safetensors(tensors, metadata)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in its header")
    return found


def _metadata(head: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = head.pop(_METADATA, {})
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("its metadata are not all text")
    return found


def _place(entry: dict[str, Any]) -> _Place:
    if entry["dtype"] not in _TYPES:
        raise Undecided(f"tensors of an unknown type: {shown(entry['dtype'])}")
    form, bits, dtype = _TYPES[entry["dtype"]]
    shape, (start, stop) = tuple(entry["shape"]), entry["data_offsets"]
    if not all(type(n) is int and n >= 0 for n in (*shape, start, stop)) or len(shape) > _MAX_AXES:
        raise ValueError("a tensor's shape or place is no list of lengths")
    if prod(shape) * bits != (stop - start) * 8:
        raise ValueError("a tensor takes other bytes than its shape and type need")
    packed = dtype.startswith("packed")
    return _Place(start, stop, form, dtype, (stop - start,) if packed else shape)


def _check(places: dict[str, _Place], size: int) -> None:
    end = 0
    for place in sorted(places.values()):
        if place.start != end:
            raise ValueError("its tensors overlap, or leave bytes that belong to none")
        end = place.stop
    if end != size:
        raise ValueError("its tensors end elsewhere than the file")


def _tensor(body: memoryview, place: _Place) -> Array:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if place.start == place.stop:
        return Array(np.zeros(place.shape, place.form), place.dtype)
    part = np.frombuffer(body[place.start : place.stop], place.form)
    return Array(part.reshape(place.shape), place.dtype)
