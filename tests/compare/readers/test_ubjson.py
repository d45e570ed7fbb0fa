from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.readers import ubjson as module
from auditor.compare.readers.ubjson import load
from auditor.compare.values.difference import Undecided, Unreadable

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


def integer(value: int) -> bytes:
    for mark, form in (("i", ">b"), ("U", ">B"), ("I", ">h"), ("l", ">i"), ("L", ">q")):
        try:
            return mark.encode() + struct.pack(form, value)
        except struct.error:
            continue
    raise AssertionError(value)


def encoded(value: Any, *, counted: bool) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"Z", True: b"T", False: b"F"}[value]
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        return b"D" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"S" + integer(len(value.encode())) + value.encode()
    if isinstance(value, list):
        inner = [encoded(one, counted=counted) for one in value]
        marks = (b"[#" + integer(len(value)), b"") if counted else (b"[", b"]")
    else:
        inner = [
            integer(len(key.encode())) + key.encode() + encoded(one, counted=counted)
            for key, one in value.items()
        ]
        marks = (b"{#" + integer(len(value)), b"") if counted else (b"{", b"}")
    return marks[0] + b"".join(inner) + marks[1]


@given(values, st.booleans())
def test_values_come_back(value: Any, counted: bool) -> None:  # noqa: FBT001 - drawn
    found = load(memoryview(encoded(value, counted=counted)))
    assert repr(found) == repr(value)


@given(st.lists(st.floats(width=32)))
def test_numbers_of_one_type_are_an_array(numbers: list[float]) -> None:
    raw = struct.pack(f">{len(numbers)}f", *numbers)
    found = load(memoryview(b"[$d#" + integer(len(numbers)) + raw))
    assert found.dtype == "float32"
    for one, other in zip(found.values[()].tolist(), numbers, strict=True):
        assert one == other or (math.isnan(one) and math.isnan(other))


@given(values, st.data())
def test_what_is_cut_off_is_unreadable(value: Any, data: st.DataObject) -> None:
    content = encoded(value, counted=False)
    end = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(Unreadable):
        load(memoryview(content[:end]))


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Undecided, match="nested more than 100 deep"):
        load(memoryview(b"[" * 200))
    monkeypatch.setattr(module, "_MAX_VALUES", 10)
    with pytest.raises(Undecided, match="more than 10 values"):
        load(memoryview(b"[" + b"Z" * 20 + b"]"))


@pytest.mark.parametrize("data", [b"X", b"ZZ", b"[$d]", b"SZ", b"Si\xff", b"{i\x01aZi\x01aZ}"])
def test_what_is_no_value_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        load(memoryview(data))
