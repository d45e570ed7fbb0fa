from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditor.compare.readers import blob as module
from auditor.compare.readers.blob import Blob, Mapped, rows
from auditor.compare.values.difference import Undecided, Unreadable


@pytest.fixture(params=["in a file", "in memory"])
def blob(request: pytest.FixtureRequest, tmp_path: Path) -> Blob:
    data = bytes(range(64))
    if request.param == "in memory":
        return Blob.of(b"before" + data + b"behind").part(6, 64)
    path = tmp_path / "a"
    path.write_bytes(b"before" + data + b"behind")
    return Blob.file(path).part(6, 64)


def test_parts_are_what_they_say(blob: Blob) -> None:
    assert blob.length == 64
    assert blob.read() == bytes(range(64))
    assert blob.part(8, 4).read() == b"\x08\x09\x0a\x0b"
    assert bytes(blob.part(8, 4).mapped()) == b"\x08\x09\x0a\x0b"
    assert blob.part(64, 0).read() == bytes(blob.part(64, 0).mapped()) == b""
    for offset, length in ((60, 5), (-1, 2), (0, -1), (65, 0)):
        with pytest.raises(Unreadable, match="beyond"):
            blob.part(offset, length)


def test_what_is_too_long_is_not_read(blob: Blob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READ", 10)
    with pytest.raises(Undecided, match="more than"):
        blob.read()
    with pytest.raises(Undecided, match="too large"):
        Mapped(blob, np.dtype("u1"), (64,)).raw()


def test_a_file_that_was_cut_meanwhile_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(64))
    whole = Blob.file(path)
    path.write_bytes(bytes(10))
    with pytest.raises(Unreadable, match="early"):
        whole.read()
    with pytest.raises(Unreadable, match="mapped"):
        whole.mapped()


@given(arrays.arrays("i2", arrays.array_shapes(max_dims=4, max_side=4)), st.booleans())
def test_arrays_are_views_of_any_layout(array: Any, by_columns: bool) -> None:  # noqa: FBT001
    order: Any = "F" if by_columns else "C"
    raw = array.tobytes(order)
    found = Mapped(Blob.of(raw), array.dtype, array.shape, rows(array.shape, 2, order))
    np.testing.assert_array_equal(found.values, array)
    assert found.raw() == array.tobytes()
    assert found.shape == array.shape
    assert found.dtype == "int16"


def test_arrays_of_a_file_are_mapped_and_cannot_be_written(blob: Blob) -> None:
    found = Mapped(blob, np.dtype(">u4"), (2, 2), (16, 4))
    assert found.dtype == "uint32"
    assert found.values[1, 1] == 0x14151617
    assert not found.values.flags.writeable
    assert Mapped(blob.part(0, 0), np.dtype("f4"), (0, 7)).values.shape == (0, 7)
    assert Mapped(blob.part(0, 0), np.dtype("S0"), (7,)).values.shape == (7,)


@pytest.mark.parametrize(
    ("shape", "strides"),
    [
        ((65,), (1,)),
        ((2,), (64,)),
        ((2, 2), (63, 1)),
        ((-1,), (1,)),
        ((2,), (-1,)),
        ((2**62,), (1,)),
    ],
)
def test_arrays_beyond_their_bytes_are_unreadable(
    blob: Blob, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    with pytest.raises(Unreadable):
        Mapped(blob, np.dtype("u1"), shape, strides)


def test_arrays_that_cannot_be_or_repeat_too_often(blob: Blob) -> None:
    with pytest.raises(Undecided, match="repeats"):
        Mapped(blob, np.dtype("u1"), (2**40,), (0,))
    with pytest.raises(Unreadable, match="not a readable array"):
        _ = Mapped(blob, np.dtype("u1"), (0, 2**62, 2**62), (1, 1, 1)).values
