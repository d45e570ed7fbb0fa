from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.values.arrays.floats import decoded, differ_in_bits, element_kind, ordinals


@given(st.integers(0, 2**16 - 1))
def test_bfloat16_is_the_upper_half_of_float32(bits: int) -> None:
    (expected,) = struct.unpack("<f", struct.pack("<I", bits << 16))
    found = decoded(np.array([bits], "u2"), "bfloat16")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array([expected], "f4"))


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        # OCP 8-bit Floating Point Specification 1.0, table 2
        ("float8_e4m3fn", {0x00: 0, 0x01: 2**-9, 0x08: 2**-6, 0x38: 1, 0x7E: 448, 0xFE: -448}),
        ("float8_e5m2", {0x01: 2**-16, 0x04: 2**-14, 0x3C: 1, 0x7B: 57344, 0x7C: np.inf}),
        # Noune et al. 2022, arXiv:2206.02915
        ("float8_e4m3fnuz", {0x01: 2**-10, 0x40: 1, 0x7F: 240, 0xFF: -240}),
        ("float8_e5m2fnuz", {0x01: 2**-17, 0x40: 1, 0x7F: 57344, 0xFF: -57344}),
    ],
)
def test_8_bit_floats(dtype: str, values: dict[int, float]) -> None:
    found = decoded(np.array(list(values), "u1"), dtype)
    assert found.tolist() == list(values.values())


@pytest.mark.parametrize(
    ("dtype", "codes"),
    [
        ("float8_e4m3fn", [0x7F, 0xFF]),
        ("float8_e5m2", [0x7D, 0x7F, 0xFD]),
        ("float8_e4m3fnuz", [0x80]),
        ("float8_e5m2fnuz", [0x80]),
    ],
)
def test_8_bit_floats_that_are_no_number(dtype: str, codes: list[int]) -> None:
    assert np.isnan(decoded(np.array(codes, "u1"), dtype)).all()


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz"])
def test_ordinals_are_in_the_order_of_values(dtype: str) -> None:
    codes = np.arange(256, dtype="u1")
    values, order = decoded(codes, dtype), ordinals(codes, dtype)
    assert order is not None
    finite = np.isfinite(values)
    in_order = values[finite][np.argsort(order[finite], kind="stable")]
    assert (np.diff(in_order) >= 0).all()


@given(st.floats(width=32, allow_nan=False), st.floats(width=32, allow_nan=False))
def test_ordinals_of_neighbours_are_one_apart(a: float, b: float) -> None:
    x, y = (ordinals(np.array([one], "f4"), "float32")[0] for one in (a, b))  # type: ignore[index]
    assert (x < y) == (a < b)
    with np.errstate(over="ignore"):
        up = np.nextafter(np.float32(a), np.float32(np.inf))
    if up != a:
        assert ordinals(np.array([up]), "float32")[0] == x + 1  # type: ignore[index]


def test_what_has_no_last_place() -> None:
    assert ordinals(np.array([1]), "int64") is None
    assert ordinals(np.array([1j]), "complex128") is None
    assert ordinals(np.array([1], np.longdouble), "longdouble") is None


def test_bits_that_differ() -> None:
    assert differ_in_bits(np.array([0.0, 1.0]), np.array([-0.0, 1.0])) == 1
    assert differ_in_bits(np.array([0j, 1j]), np.array([complex(-0.0, -0.0), 1j])) == 1
    assert differ_in_bits(np.array([0], np.longdouble), np.array([-0.0], np.longdouble)) == 0


def test_kinds() -> None:
    assert element_kind(np.dtype("u2"), "bfloat16") == "f"
    assert element_kind(np.dtype("u1"), "uint8") == "u"
