"""Protocol Buffers, without generated code: messages to plain values, by a table of fields.

The wire format is that of https://protobuf.dev/programming-guides/encoding/. A table says of each
message which fields it has, as ``number: "name kind"``, after its ``.proto`` file:

- ``int`` ``uint`` ``sint`` ``bool`` ``float`` ``double`` ``fixed32`` ``string`` ``bytes``;
- ``view``: bytes that stay where they are, for what is large;
- ``floats`` ``doubles`` ``ints`` ``uints``: repeated numbers, as one ``Array``;
- ``Name``: a message of that name; ``map<kind>``: a mapping with keys of text;
- ``kind*``: repeated.

A field that the table lacks is kept under its number, as it lies on the wire.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from auditor.compare.values.arrays.arrays import Array
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["Convert", "Schema", "decode", "fields", "varint"]

Schema = Mapping[str, Mapping[int, str]]
# What becomes of the messages of some names.
Convert = Mapping[str, Callable[[dict[str, Any]], Any]]

_MAX_DEPTH = 100
_MAX_FIELDS = 2_000_000
_MAX_PACKED = 256 * 1024 * 1024
_VARINT, _I64, _BYTES, _I32 = 0, 1, 2, 5
_MAX_VARINT = 70
_NUMBERS = {"floats": ("<f4", _I32), "doubles": ("<f8", _I64)}
_FIXED = {"float": ("<f", _I32), "double": ("<d", _I64), "fixed32": ("<I", _I32)}


class Field(NamedTuple):
    """One field on the wire: a number, or the bytes of a length-delimited one."""

    number: int
    wire: int
    value: int | memoryview


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the variable-length integer at ``at``, and where it ends. Raises ``Unreadable``."""
    value = shift = 0
    while True:
        if at >= len(data) or shift >= _MAX_VARINT:
            raise Unreadable("a number in it has no end")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says more follows
            return value & 0xFFFFFFFFFFFFFFFF, at


def fields(data: memoryview) -> Iterator[Field]:
    """Yield the fields of one message as they lie. Raises ``Unreadable``."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        value: int | memoryview
        if wire == _VARINT:
            value, at = varint(data, at)
        else:
            size = {_I64: 8, _I32: 4}.get(wire)
            if wire == _BYTES:
                size, at = varint(data, at)
            if size is None:
                raise Unreadable(f"field {number} has the wire type {wire}, which none has")
            if at + size > len(data):
                raise Unreadable(f"field {number} goes beyond the end of its message")
            value = data[at : at + size]
            at += size
        yield Field(number, wire, value)


def decode(
    data: memoryview, message: str, schema: Schema, convert: Convert = MappingProxyType({})
) -> dict[str, Any]:
    """Return the fields of ``message`` that are there, by name, inner messages converted.

    Raises ``Unreadable``, and ``Undecided`` where it is nested too deeply or has too many fields.
    """
    return _Decoder(schema, convert).message(data, message, 0)


class _Kind(NamedTuple):
    name: str
    kind: str
    repeated: bool
    value: str


@cache
def _kind(text: str) -> _Kind:
    name, kind = text.split(" ")
    bare = kind.removesuffix("*")
    value = bare[4:-1] if bare.startswith("map<") else ""
    return _Kind(name, "map" if value else bare, kind.endswith("*"), value)


class _Decoder:
    def __init__(self, schema: Schema, convert: Convert) -> None:
        self.schema = schema
        self.convert = convert
        self.left = _MAX_FIELDS

    def message(self, data: memoryview, name: str, depth: int) -> dict[str, Any]:
        if depth > _MAX_DEPTH:
            raise Undecided(f"messages are nested more than {_MAX_DEPTH} deep")
        table = self.schema[name]
        result: dict[str, Any] = {}
        numbers: dict[str, list[Any]] = {}
        for field in fields(data):
            self.left -= 1
            if not self.left:
                raise Undecided(f"more than {_MAX_FIELDS} fields")
            text = table.get(field.number)
            if text is None:
                result.setdefault(f"field {field.number}", []).append(_raw(field))
                continue
            kind = _kind(text)
            if kind.kind in {"floats", "doubles", "ints", "uints"}:
                numbers.setdefault(kind.name, []).append(_numbers(field, kind.kind))
            else:
                self._add(result, kind, field, depth)
        return {**result, **{name: _joined(parts) for name, parts in numbers.items()}}

    def _add(self, result: dict[str, Any], kind: _Kind, field: Field, depth: int) -> None:
        if kind.kind == "map":
            key, value = self._entry(field, kind.value, depth)
            result.setdefault(kind.name, {})[key] = value
        elif kind.repeated:
            result.setdefault(kind.name, []).extend(self._values(field, kind.kind, depth))
        elif kind.name in result:
            raise Unreadable(f"the field {kind.name} appears twice in one message")
        else:
            result[kind.name] = self._one(field, kind.kind, depth)

    def _entry(self, field: Field, value: str, depth: int) -> tuple[str, Any]:
        found: dict[int, Field] = {one.number: one for one in fields(_delimited(field))}
        key = found.get(1, Field(1, _BYTES, memoryview(b"")))
        text = str(key.value) if isinstance(key.value, int) else _text(key.value)
        if 2 in found:  # noqa: PLR2004 - the number of the value in an entry of a map
            return text, self._one(found[2], value, depth)
        return text, {} if value[0].isupper() else None

    def _one(self, field: Field, kind: str, depth: int) -> Any:  # noqa: ANN401 - a tree
        values = self._values(field, kind, depth)
        if len(values) != 1:
            raise Unreadable(f"field {field.number} holds {len(values)} values, not one")
        return values[0]

    def _values(self, field: Field, kind: str, depth: int) -> list[Any]:
        if kind in {"int", "uint", "sint", "bool"}:
            return [_integer(number, kind) for number in _integers(field)]
        if kind in _FIXED:
            form, wire = _FIXED[kind]
            return [value for (value,) in struct.iter_unpack(form, _packed(field, wire))]
        data = _delimited(field)
        if kind == "string":
            return [_text(data)]
        if kind == "bytes":
            return [bytes(data)]
        if kind == "view":
            return [data]
        message = self.message(data, kind, depth + 1)
        return [self.convert[kind](message) if kind in self.convert else message]


def _raw(field: Field) -> int | bytes:
    return field.value if isinstance(field.value, int) else bytes(field.value)


def _text(data: memoryview) -> str:
    return bytes(data).decode("utf-8", "backslashreplace")


def _delimited(field: Field) -> memoryview:
    if field.wire != _BYTES or isinstance(field.value, int):
        raise Unreadable(f"field {field.number} has the wire type {field.wire}")
    return field.value


def _packed(field: Field, wire: int) -> memoryview:
    if field.wire not in {wire, _BYTES} or isinstance(field.value, int):
        raise Unreadable(f"field {field.number} has the wire type {field.wire}")
    if len(field.value) % (8 if wire == _I64 else 4):
        raise Unreadable(f"field {field.number} ends inside a number")
    return field.value


def _integers(field: Field) -> Iterator[int]:
    if isinstance(field.value, int):
        yield field.value
        return
    data, at = _delimited(field), 0
    while at < len(data):
        value, at = varint(data, at)
        yield value


def _integer(value: int, kind: str) -> int | bool:
    if kind == "bool":
        return bool(value)
    if kind == "sint":
        return value >> 1 ^ -(value & 1)
    return value - (1 << 64) if kind == "int" and value >> 63 else value


def _numbers(field: Field, kind: str) -> Any:  # noqa: ANN401 - a NumPy array
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if kind in _NUMBERS:
        form, wire = _NUMBERS[kind]
        return np.frombuffer(_packed(field, wire), dtype=form)
    dtype = np.uint64 if kind == "uints" else np.int64
    if isinstance(field.value, int):
        return np.array([field.value], dtype=np.uint64).astype(dtype)
    return _varints(_delimited(field)).astype(dtype)


def _varints(data: memoryview) -> Any:  # noqa: ANN401 - a NumPy array of 64-bit integers
    """Decode packed variable-length integers all at once."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    if len(data) > _MAX_PACKED:
        raise Undecided(f"{len(data)} bytes of packed integers are more than are unpacked")
    marks = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(marks < 0x80)  # noqa: PLR2004 - the bit that says more follows
    if marks.size and (not ends.size or ends[-1] != marks.size - 1):
        raise Unreadable("a number in it has no end")
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)[: ends.size]
    lengths = ends - starts + 1
    if ends.size and lengths.max() > _MAX_VARINT // 7:
        raise Unreadable("a number in it has no end")
    values = np.zeros(ends.size, dtype=np.uint64)
    for place in range(int(lengths.max()) if ends.size else 0):
        longer = lengths > place
        part = (marks[starts[longer] + place] & 0x7F).astype(np.uint64)
        values[longer] |= part << np.uint64(7 * place)
    return values


def _joined(parts: list[Any]) -> Array:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    return Array(parts[0] if len(parts) == 1 else np.concatenate(parts))
