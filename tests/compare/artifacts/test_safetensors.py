from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import safetensors as reader

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data/compare/safetensors"
REAL = (DATA / "torch.safetensors").read_bytes()
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)


def head_of(content: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def packed(head: Any, body: bytes) -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + body


def entry(dtype: str, shape: list[Any], start: Any, stop: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def with_bytes(name: str, content: bytes) -> bytes:
    head, body = head_of(REAL)
    start, stop = head[name]["data_offsets"]
    assert len(content) == stop - start
    return packed(head, body[:start] + content + body[stop:])


def test_the_tensors_of_a_real_file() -> None:
    found = reader.read_safetensors(DATA / "torch.safetensors")
    assert {name: (array.dtype, array.shape) for name, array in found.tensors.items()} == {
        "layer.weight": ("float32", (4, 3)),
        "layer.bias": ("float32", (4,)),
        "half": ("float16", (3,)),
        "brain": ("bfloat16", (3,)),
        "f8": ("float8_e4m3fn", (4,)),
        "f8b": ("float8_e5m2", (4,)),
        "ids": ("int64", (5,)),
        "mask": ("bool", (2,)),
        "scalar": ("float32", ()),
        "empty": ("float32", (0, 2)),
    }
    assert found.metadata == {"format": "pt"}


@pytest.mark.parametrize(
    ("name", "content", "evidence"),
    [
        ("scalar", np.array(4.0, "f4").tobytes(), "scalar: 3.0 → 4.0"),
        ("ids", np.array([0, 1, 2, 3, 9]).tobytes(), "ids[4]: 4 → 9"),
        ("mask", b"\1\1", "mask[1]: False → True"),
        ("layer.bias", np.array([0, 0, 1e-3, 0], "f4").tobytes(), "layer.bias[2]: 0.0 → 0.001"),
    ],
)
def test_one_tensor_that_differs(differ: Differ, name: str, content: bytes, evidence: str) -> None:
    found = differ("m.safetensors", REAL, with_bytes(name, content))
    assert found.relation == "different"
    assert found.evidence[0].startswith(evidence)
    assert [tensor.name for tensor in found.tensors] == [name]


def test_8_bit_and_16_bit_floats_are_read_as_torch_does(differ: Differ) -> None:
    shown = differ("m.safetensors", REAL, with_bytes("f8", bytes([0x38, 0x7E, 0x01, 0xC0])))
    values = [line.rsplit(" → ", 1)[1] for line in shown.evidence]
    assert values == ["1.0", "448.0", "0.001953125", "-2.0"]
    shown = differ("m.safetensors", REAL, with_bytes("f8b", bytes([0x41, 0x7B, 0x01, 0x7C])))
    values = [line.rsplit(" → ", 1)[1] for line in shown.evidence]
    assert values[:3] == ["2.5", "57344.0", "1.5258789e-05"]
    assert values[3] == "inf"


def test_the_order_of_tensors_means_nothing(differ: Differ) -> None:
    one = packed({"a": entry("U8", [1], 0, 1), "b": entry("U8", [1], 1, 2)}, b"\1\2")
    two = packed({"a": entry("U8", [1], 1, 2), "b": entry("U8", [1], 0, 1)}, b"\2\1")
    found = differ("m.safetensors", one, two)
    assert found.relation == "within"
    assert found.notes == ("the same tensors in another order",)


def test_metadata_are_exact_but_for_when_the_run_was(differ: Differ) -> None:
    def file(**metadata: str) -> bytes:
        return packed({"__metadata__": metadata, "a": entry("U8", [1], 0, 1)}, b"\1")

    found = differ("m.safetensors", file(format="pt"), file(format="tf"))
    assert found.evidence == ('/__metadata__/format: "pt" → "tf"',)
    found = differ("m.safetensors", file(ss_session_id="1"), file(ss_session_id="2"))
    assert found.relation == "within"
    assert "ss_session_id" in found.notes[0]
    assert differ("m.safetensors", file(ss_session_id="1"), file()).relation == "different"


def test_packed_floats_are_exact_by_their_bytes(differ: Differ) -> None:
    one = packed({"a": entry("F4", [4], 0, 2)}, b"\1\2")
    two = packed({"a": entry("F4", [4], 0, 2)}, b"\1\3")
    assert differ("m.safetensors", one, two).relation == "different"


def test_types_that_are_not_known_stay_open(differ: Differ) -> None:
    new = packed({"a": entry("F3", [8], 0, 3)}, b"\0\0\0")
    with pytest.raises(Undecided, match="F3"):
        differ("m.safetensors", new, new)


def test_a_header_too_long_to_be_parsed_stays_open(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_HEADER", 10)
    with pytest.raises(Undecided, match="header"):
        differ("m.safetensors", REAL, REAL)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ({"a": entry("U8", [2], 0, 1)}, b"\1"),  # shape says two
        ({"a": entry("U8", [1], 0, 1)}, b"\1\2"),  # a byte that belongs to none
        ({"a": entry("U8", [1], 1, 2)}, b"\1\2"),  # a hole
        ({"a": entry("U8", [2], 0, 2), "b": entry("U8", [1], 1, 2)}, b"\1\2"),  # overlap
        ({"a": entry("U8", [9], 0, 9)}, b"\1"),  # beyond the end
        ({"a": entry("U8", [-1], 0, -1)}, b""),
        ({"a": entry("U8", [True], 0, 1)}, b"\1"),
        ({"a": entry("U8", [1.0], 0, 1)}, b"\1"),
        ({"a": entry("U8", [0] * 99, 0, 0)}, b""),
        ({"a": entry("U8", [1], 0, None)}, b"\1"),
        ({"a": {"dtype": "U8"}}, b""),
        ({"a": 1}, b""),
        ({"__metadata__": {"a": 1}}, b""),
        ({"__metadata__": 1}, b""),
        ([], b""),
        (b'{"a":1,"a":1}', b""),
        (b"{", b""),
        (b"\xff", b""),
        (b"[" * 100_000, b""),
    ],
)
def test_headers_that_are_wrong(differ: Differ, head: Any, body: bytes) -> None:
    broken = packed(head, body)
    with pytest.raises(Unreadable):
        differ("m.safetensors", broken, broken)


@pytest.mark.parametrize("content", [b"", b"\1", b"\xff" * 8, REAL[:-1], REAL + b"\0"])
def test_files_cut_short_or_too_long(differ: Differ, content: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("m.safetensors", content, content)


@shared
@given(
    st.lists(st.tuples(st.integers(0, len(REAL) - 1), st.integers(0, 255)), max_size=5),
    st.none() | st.integers(0, len(REAL)),
)
def test_damage_raises_nothing_else(
    differ: Differ, flips: list[tuple[int, int]], end: int | None
) -> None:
    broken = bytearray(REAL)
    for place, value in flips:
        broken[place] = value
    with contextlib.suppress(Unreadable, Undecided):
        differ("m.safetensors", REAL, bytes(broken[:end]))
