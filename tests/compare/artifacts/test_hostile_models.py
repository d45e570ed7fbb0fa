"""Files of models that were cut, damaged or made up never break a comparison."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Scope, Undecided, Unreadable, comparator_for, compare_parts
from auditor.model.policy import Policy

pytestmark = pytest.mark.slow
FILES = Path(__file__).parents[2] / "data" / "compare"
VARIABLES = FILES / "savedmodel" / "model" / "variables"
REAL = [
    FILES / "onnx" / "model.onnx",
    FILES / "onnx" / "branch.onnx",
    FILES / "onnx" / "types_lists.onnx",
    FILES / "onnx" / "outside.onnx",
    FILES / "onnx" / "forest.onnx",
    FILES / "savedmodel" / "model" / "saved_model.pb",
    FILES / "savedmodel" / "model" / "fingerprint.pb",
    VARIABLES / "variables.index",
    VARIABLES / "variables.data-00000-of-00001",
    FILES / "tensorboard" / "model.tfevents",
    FILES / "tensorboard" / "tf_model.tfevents",
    FILES / "xgboost" / "model.ubj",
    FILES / "xgboost" / "model.json",
    FILES / "lightgbm" / "model.txt",
]


def compared(name: str, a: bytes, b: bytes, neighbours: Path, swap: Path | None = None) -> None:
    """Compare, and take the two exceptions for an answer."""

    def siblings(other: str) -> tuple[Path, Path] | None:
        path = neighbours / Path(other).name
        return (path, swap or path) if path.is_file() else None

    comparator = comparator_for(name, a[:64])
    assert comparator is not None
    with tempfile.TemporaryDirectory() as folder:
        pair = (Path(folder, "a"), Path(folder, "b"))
        for path, content in zip(pair, (a, b), strict=True):
            path.write_bytes(content)
        scope = Scope(Policy(), (name,), inner=compare_parts, siblings=siblings)
        try:
            found = comparator.compare(*pair, scope)
        except (Unreadable, Undecided) as reason:
            assert str(reason)  # noqa: PT017 - either of two, or none
        else:
            assert found.relation in {"within", "different", "unknown"}


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    start = draw(st.sampled_from([0, 0, 0, draw(st.integers(0, len(data)))]))
    end = draw(st.sampled_from([len(data), len(data), draw(st.integers(0, len(data)))]))
    return bytes(data[start:end])


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_damage_is_told(path: Path) -> None:
    @settings(max_examples=20, deadline=None)
    @given(damaged(path.read_bytes()))
    def check(content: bytes) -> None:
        compared(path.name, path.read_bytes(), content, path.parent)

    check()


@pytest.mark.slow
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_damage_is_told_again_and_again(path: Path) -> None:
    @settings(max_examples=300, deadline=None)
    @given(damaged(path.read_bytes()))
    def check(content: bytes) -> None:
        compared(path.name, path.read_bytes(), content, path.parent)

    check()


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@settings(max_examples=20, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_told(path: Path, content: bytes) -> None:
    compared(path.name, path.read_bytes(), content, path.parent)


def test_an_index_that_was_damaged_is_told_by_the_data(tmp_path: Path) -> None:
    name = "variables.data-00000-of-00001"
    content = (VARIABLES / "variables.index").read_bytes()
    data = (VARIABLES / name).read_bytes()
    for place in range(0, len(content), 7):
        swap = tmp_path / "variables.index"
        swap.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        compared(name, data, data + b"more", VARIABLES, swap)


def test_messages_nested_without_end_stay_open() -> None:
    inner = b"\x08\x01"
    for _ in range(300):
        size = len(inner)
        length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
        inner = b"\x32" + length + inner
    # A graph in an attribute of a node in a graph, and so on, is more than anyone writes.
    model = b"\x08\x09" + b"\x3a" + _sized(_nested(200))
    compared("m.onnx", model, model + b"\x30\x01", Path("/nowhere"))
    compared("saved_model.pb", inner, inner + b"\x08\x01", Path("/nowhere"))


def _nested(depth: int) -> bytes:
    graph = b""
    for _ in range(depth):
        attribute = b"\x0a\x01g\x32" + _sized(graph)
        graph = b"\x0a" + _sized(b"\x2a" + _sized(attribute))
    return graph


def _sized(data: bytes) -> bytes:
    size, head = len(data), b""
    while size > 0x7F:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + data


@pytest.mark.parametrize(
    "content",
    [
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner" + b"[" * 5000,
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner[$d#L\x7f" + b"\xff" * 7,
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner[$Z#L\x7f" + b"\xff" * 7,
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner[#L\xff" + b"\xff" * 7 + b"}",
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner{#l\x7f\xff\xff\xff",
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learnerSL\xff\xff\xff\xff\xff\xff\xff\xff}",
        b'{"learner":' + b"[" * 100_000,
        b'{"learner":{"a":' + b"[" * 900 + b"1" + b"]" * 900 + b"}}",
        b'{"learner":{"a":[1e999,' + b"9" * 400 + b"]}}",
    ],
)
def test_sizes_that_are_lies_cost_nothing(content: bytes) -> None:
    compared("model.ubj", (FILES / "xgboost" / "model.ubj").read_bytes(), content, FILES)
    compared("model.ubj", content, content, FILES)
