from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditor.compare.readers.tensors import shaped, stored
from auditor.compare.values.difference import Unreadable

kinds = st.sampled_from(["float16", "float32", "float64", "int8", "uint16", "int64", "complex64"])


@given(st.data(), kinds, st.sampled_from("<>"))
def test_elements_come_back_in_either_order(data: st.DataObject, dtype: str, order: str) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=0, min_side=0, max_side=4))
    array = data.draw(arrays.arrays(dtype, shape))
    raw = array.astype(array.dtype.newbyteorder(order)).tobytes()  # type: ignore[arg-type]
    found = stored(raw, dtype, shape, order)
    assert (found.dtype, found.shape) == (dtype, shape)
    assert np.asarray(found.values[()]).tobytes() == array.tobytes()


@given(st.lists(st.integers(0, 15), max_size=9))
def test_two_elements_may_share_a_byte(values: list[int]) -> None:
    even = [*values, 0] if len(values) % 2 else values
    raw = bytes(low | high << 4 for low, high in zip(even[::2], even[1::2], strict=True))
    found = stored(raw, "uint4", [len(values)])
    assert (found.dtype, np.asarray(found.values[()]).tolist()) == ("uint4", values)


def test_types_that_numpy_lacks_are_bits() -> None:
    found = stored(b"\x80\x3f", "bfloat16", [1])
    assert (found.dtype, int(found.values[0])) == ("bfloat16", 0x3F80)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("raw", "dtype", "shape"),
    [
        (b"1234567", "float32", [2]),
        (b"12345678", "float32", [3]),
        (b"", "float32", []),
        (b"12", "int4", [5]),
        (b"1234", "float32", [-1, -1]),
        (b"1234", "float32", [1] * 100),
    ],
)
def test_shapes_that_do_not_fit_are_unreadable(raw: bytes, dtype: str, shape: list[int]) -> None:
    with pytest.raises(Unreadable):
        stored(raw, dtype, shape)
    with pytest.raises(Unreadable):
        shaped(np.zeros(3), dtype, [2])
