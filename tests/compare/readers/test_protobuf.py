from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.readers import protobuf as module
from auditor.compare.readers.protobuf import Schema, decode, fields, varint
from auditor.compare.values.difference import Undecided, Unreadable

SCHEMA: Schema = {
    "All": {
        1: "int int",
        2: "uint uint",
        3: "sint sint",
        4: "bool bool",
        5: "float float",
        6: "double double",
        7: "fixed fixed32",
        8: "string string",
        9: "bytes bytes",
        10: "inner All",
        11: "many int*",
        12: "texts string*",
        13: "map map<All>",
        14: "numbers ints",
        15: "floats floats",
        16: "positive uints",
    }
}


def number(value: int) -> bytes:
    value &= (1 << 64) - 1
    head = bytearray()
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])


def field(tag: int, wire: int, payload: bytes) -> bytes:
    return number(tag << 3 | wire) + payload


def sized(tag: int, payload: bytes) -> bytes:
    return field(tag, 2, number(len(payload)) + payload)


def read(data: bytes) -> dict[str, Any]:
    return decode(memoryview(data), "All", SCHEMA)


@given(st.integers(0, (1 << 64) - 1))
def test_numbers_come_back(value: int) -> None:
    data = number(value) + b"rest"
    assert varint(memoryview(data), 0) == (value, len(data) - 4)


@given(
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.integers(0, (1 << 64) - 1),
    st.floats(width=32, allow_nan=False),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
)
def test_each_kind_comes_back(
    whole: int, positive: int, single: float, double: float, text: str, raw: bytes
) -> None:
    zigzag = whole << 1 ^ whole >> 63
    inner = (
        field(1, 0, number(whole))
        + field(2, 0, number(positive))
        + field(3, 0, number(zigzag))
        + field(4, 0, number(positive & 1))
        + field(5, 5, struct.pack("<f", single))
        + field(6, 1, struct.pack("<d", double))
        + field(7, 5, struct.pack("<I", positive & 0xFFFFFFFF))
        + sized(8, text.encode())
        + sized(9, raw)
    )
    expected = {
        "int": whole,
        "uint": positive,
        "sint": whole,
        "bool": bool(positive & 1),
        "float": single,
        "double": double,
        "fixed": positive & 0xFFFFFFFF,
        "string": text,
        "bytes": raw,
    }
    assert read(inner) == expected
    assert read(sized(10, inner)) == {"inner": expected}


@given(st.lists(st.integers(-(1 << 63), (1 << 63) - 1)))
def test_repeated_numbers_may_be_packed_or_not(values: list[int]) -> None:
    apart = b"".join(field(11, 0, number(value)) for value in values)
    packed = sized(11, b"".join(map(number, values)))
    assert read(apart).get("many", []) == values == read(packed)["many"]
    whole = sized(14, b"".join(map(number, values)))
    assert read(whole)["numbers"].values.tolist() == values
    if values:
        apart = b"".join(field(14, 0, number(value)) for value in values)
        assert read(apart)["numbers"].values.tolist() == values


@given(st.lists(st.integers(0, (1 << 64) - 1)), st.lists(st.floats(width=32, allow_nan=False)))
def test_arrays_may_come_in_parts(whole: list[int], floats: list[float]) -> None:
    data = b"".join(sized(16, number(value) + number(7)) for value in whole)
    data += sized(15, struct.pack(f"<{len(floats)}f", *floats)) + sized(15, b"")
    found = read(data)
    assert found["floats"].values.tolist() == floats
    assert found["floats"].dtype == "float32"
    if whole:
        expected = np.array([one for value in whole for one in (value, 7)], np.uint64)
        assert np.array_equal(found["positive"].values, expected)


def test_maps_go_by_their_keys() -> None:
    data = sized(13, sized(1, b"b") + sized(2, field(1, 0, b"\x02")))
    data += sized(13, field(1, 0, b"\x07") + sized(2, field(1, 0, b"\x03")))
    data += sized(13, sized(2, b"")) + sized(13, sized(1, b"empty"))
    assert read(data) == {"map": {"b": {"int": 2}, "7": {"int": 3}, "": {}, "empty": {}}}


def test_fields_that_nobody_knows_are_kept() -> None:
    data = field(99, 0, b"\x05") + sized(98, b"raw") + field(99, 5, b"1234")
    assert read(data) == {"field 99": [5, b"1234"], "field 98": [b"raw"]}


def test_messages_may_be_converted() -> None:
    data = sized(10, field(1, 0, b"\x02"))
    found = decode(memoryview(data), "All", SCHEMA, {"All": lambda message: message["int"] + 1})
    assert found == {"inner": 3}


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",
        b"\x08" + b"\xff" * 11,
        field(8, 3, b""),
        field(8, 4, b""),
        field(8, 7, b""),
        sized(8, b"abc")[:-1],
        field(8, 0, b"\x01"),
        field(10, 5, b"1234"),
        field(6, 5, b"1234"),
        sized(5, b"123"),
        sized(1, b""),
        field(1, 0, b"\x01") * 2,
        sized(14, b"\x80"),
        sized(14, b"\x80" * 12 + b"\x01"),
        sized(15, b"12345"),
    ],
)
def test_what_is_no_message_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b""
    for _ in range(102):
        data = sized(10, data)
    with pytest.raises(Undecided, match="nested more than 100 deep"):
        read(data)
    monkeypatch.setattr(module, "_MAX_FIELDS", 10)
    assert read(field(11, 0, b"\x01") * 9)
    with pytest.raises(Undecided, match="more than 10 fields"):
        read(field(11, 0, b"\x01") * 10)
    monkeypatch.setattr(module, "_MAX_PACKED", 10)
    with pytest.raises(Undecided, match="packed integers"):
        read(sized(14, b"\x01" * 11))


@given(st.binary())
def test_any_bytes_are_fields_or_unreadable(data: bytes) -> None:
    try:
        found = list(fields(memoryview(data)))
    except Unreadable:
        return
    assert sum(len(one.value) for one in found if isinstance(one.value, memoryview)) <= len(data)
