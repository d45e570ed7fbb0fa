from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Scope, Undecided, Unreadable, comparator_for
from auditor.compare.artifacts import compare_parts as inner
from auditor.model.policy import Policy, Rule

Differ = Callable[..., Difference]
FILES = Path(__file__).parents[2] / "data" / "compare" / "onnx"


def read(name: str) -> bytes:
    return (FILES / f"{name}.onnx").read_bytes()


def with_neighbours(name: str, a: Path, b: Path) -> Difference:
    def siblings(other: str) -> tuple[Path, Path] | None:
        pair = (a / other, b / other)
        return pair if all(path.exists() for path in pair) else None

    comparator = comparator_for(name, b"")
    assert comparator is not None
    return comparator.compare(
        a / name, b / name, Scope(Policy(), (name,), inner=inner, siblings=siblings)
    )


def test_the_same_model_saved_twice(differ: Differ) -> None:
    found = differ("model.onnx", read("model"), read("again"))
    assert found.relation == "within"
    assert found.notes == ()
    assert found.magnitude is not None
    assert (found.magnitude.differing, found.magnitude.max_abs) == (0, 0.0)


def test_noise_in_the_last_bit_is_within(differ: Differ) -> None:
    found = differ("model.onnx", read("model"), read("noise"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 26
    assert found.tolerance is not None
    assert found.tolerance.relative == Policy().float32.relative


def test_one_weight_that_changed(differ: Differ) -> None:
    found = differ("model.onnx", read("model"), read("weight"))
    assert found.relation == "different"
    assert found.evidence == ("0.weight[0, 1]: 0.30971584 → 0.31071582",)
    assert found.magnitude is not None
    assert found.magnitude.differing == 1


def test_names_of_inner_tensors_mean_nothing(differ: Differ) -> None:
    found = differ("model.onnx", read("model"), read("renamed"))
    assert found.relation == "within"
    assert found.notes == (
        "set aside, for it means nothing to what is computed: names of nodes",
        "inner names of the graph differ, its structure does not",
    )


def test_inner_names_hide_no_change(differ: Differ) -> None:
    renamed = read("renamed").replace(b"Relu", b"Tanh")
    found = differ("model.onnx", read("model"), renamed)
    assert found.relation == "different"
    assert '/graph/node/1/op_type: "Relu" → "Tanh"' in found.evidence


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b"Relu", b"Tanh", "/graph/node/1/op_type"),
        (b"\n\x01x", b"\n\x01z", "/graph/input/0/name"),
        (b"\n\x01y", b"\n\x01z", "/graph/output/0/name"),
        (b"transB\x18\x01", b"transB\x18\x00", "/graph/node/0/attribute/transB/i"),
        (b"B\x02\x10\x14", b"B\x02\x10\x13", "/opset_import/ai.onnx"),
    ],
)
def test_changes_of_the_graph(differ: Differ, old: bytes, new: bytes, place: str) -> None:
    assert old in read("model")
    found = differ("model.onnx", read("model"), read("model").replace(old, new))
    assert found.relation == "different"
    assert any(line.startswith(place) for line in found.evidence), found.evidence


def test_versions_of_the_exporter_are_named(differ: Differ) -> None:
    found = differ("m.onnx", read("model"), read("model").replace(b"2.13.0", b"2.14.0"))
    assert found.relation == "within"
    assert found.notes == (
        "set aside, for it means nothing to what is computed: the version of the exporter",
    )


def test_thresholds_of_trees_are_numbers_of_32_bits(differ: Differ) -> None:
    noise = differ("forest.onnx", read("forest"), read("forest_noise"))
    assert noise.relation == "within"
    assert noise.magnitude is not None
    assert noise.magnitude.differing > 10
    found = differ("forest.onnx", read("forest"), read("forest_weight"))
    assert found.evidence == ("/graph/node/0/attribute/class_weights/floats[2]: 0.0 → 0.001",)


def test_branches_and_functions_are_graphs_too(differ: Differ) -> None:
    found = differ("m.onnx", read("branch"), read("branch_renamed"))
    assert found.relation == "within"
    assert "inner names of the graph differ, its structure does not" in found.notes
    found = differ("m.onnx", read("branch"), read("branch_weight"))
    assert found.evidence == ("w[1]: 2.0 → 2.001",)
    changed = read("branch").replace(b"\x03Mul", b"\x03Div")
    found = differ("m.onnx", read("branch"), changed)
    place = "/graph/node/1/attribute/then_branch/g/node/0/op_type"
    assert found.evidence == (f'{place}: "Mul" → "Div"',)


def test_the_order_of_nodes_means_nothing(differ: Differ) -> None:
    # Two nodes of one length that do not need each other.
    one = b"\n\x10" + b'\n\x01x\x12\x01p\x1a\x02n1"\x04Relu'
    other = b"\n\x10" + b'\n\x01x\x12\x01q\x1a\x02n2"\x04Tanh'
    assert len(one) == 2 + 0x10

    def model(*nodes: bytes) -> bytes:
        graph = b"".join(nodes) + b"b\x03\n\x01p" + b"b\x03\n\x01q"
        return b"\x08\x09" + b":" + bytes([len(graph)]) + graph

    found = differ("m.onnx", model(one, other), model(other, one))
    assert found.relation == "within"
    assert "nodes of the graph stand in another order" in found.notes
    other_tanh = other.replace(b"Tanh", b"Sinh")
    assert differ("m.onnx", model(one, other), model(other_tanh, one)).relation == "different"


def test_tensors_may_be_stored_as_bytes_or_as_numbers(differ: Differ) -> None:
    found = differ("m.onnx", read("types_raw"), read("types_lists"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert (found.magnitude.differing, found.magnitude.total) == (0, 54)
    changed = read("types_lists").replace(b"high", b"HIGH")
    assert differ("m.onnx", read("types_raw"), changed).relation == "different"


def test_tensors_in_a_file_next_to_the_model() -> None:
    found = with_neighbours("outside.onnx", FILES, FILES)
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.total == 46


def test_changes_in_that_file(tmp_path: Path) -> None:
    data = bytearray((FILES / "outside.onnx.data").read_bytes())
    data[3] ^= 0x01
    (tmp_path / "outside.onnx.data").write_bytes(data)
    (tmp_path / "outside.onnx").write_bytes(read("outside"))
    for name in ("outside.onnx", "outside.onnx.data"):
        found = with_neighbours(name, FILES, tmp_path)
        assert found.relation == "different"
        assert found.evidence[0].startswith("0.weight[0, 0]: ")


def test_that_file_may_not_be_there(differ: Differ) -> None:
    found = differ("outside.onnx", read("outside"), read("outside"))
    assert found.relation == "unknown"
    assert found.notes == ("tensors lie in outside.onnx.data, which was not kept of both runs",)
    with pytest.raises(Undecided, match=r"outside.onnx says"):
        differ("outside.onnx.data", b"a", b"b")


def test_a_policy_may_set_the_tolerance_of_one_tensor(differ: Differ) -> None:
    policy = Policy(tolerances=(Rule(match="model.onnx#0.weight", absolute=0.01),))
    assert differ("model.onnx", read("model"), read("weight"), policy).relation == "within"


@pytest.mark.parametrize("broken", [b"", b"\x08\x09", b"no model", read("model")[:-40]])
def test_what_is_no_model_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("model.onnx", read("model"), broken)
