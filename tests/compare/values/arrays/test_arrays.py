from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from auditor.compare.values.arrays import blocks
from auditor.compare.values.arrays.arrays import Array, Arrays
from auditor.compare.values.difference import Difference, Found
from auditor.compare.values.scope import Scope
from auditor.model.policy import Policy, Rule

WIDE = Policy(tolerances=(Rule(match="*", relative=1e-2, absolute=1e-2),))
kinds = st.sampled_from(["f2", "f4", "f8", "c8", "i1", "i8", "u8", "?", "U3", "S2", "M8[s]"])


def compare(
    a: Any, b: Any, *, name: str = "w", path: str = "a.npy", policy: Policy | None = None
) -> Difference:
    def inner(*_: object) -> Difference:
        raise AssertionError

    found = Found()
    left, right = (side if isinstance(side, Array) else Array(side) for side in (a, b))
    Arrays(Scope(policy or Policy(), (path,), inner=inner), found).compare(name, left, right)
    return found.result()


def pairs(kind: str) -> st.SearchStrategy[tuple[Any, Any]]:
    shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    return shapes.flatmap(lambda shape: st.tuples(hnp.arrays(kind, shape), hnp.arrays(kind, shape)))


@given(kinds.flatmap(pairs))
def test_an_array_is_the_same_as_itself(pair: tuple[Any, Any]) -> None:
    found = compare(pair[0], pair[0].copy())
    assert found.relation == "within"
    assert (found.evidence, found.tensors, found.notes) == ((), (), ())


@given(kinds.flatmap(pairs))
def test_swapping_the_sides_mirrors_the_result(pair: tuple[Any, Any]) -> None:
    one, other = compare(*pair), compare(*pair[::-1])
    assert one.relation == other.relation
    assert one.magnitude == other.magnitude
    assert one.tensors == other.tensors


@given(st.sampled_from(["f2", "f4", "f8", "c8"]).flatmap(pairs))
def test_a_wider_tolerance_never_worsens(pair: tuple[Any, Any]) -> None:
    if compare(*pair).relation == "within":
        assert compare(*pair, policy=WIDE).relation == "within"


@settings(max_examples=50)
@given(kinds.flatmap(pairs), st.sampled_from([1, 3, 8, 24]))
def test_where_blocks_end_does_not_matter(pair: tuple[Any, Any], block: int) -> None:
    whole = compare(*pair)
    before = blocks.BLOCK
    try:
        blocks.BLOCK = block
        cut = compare(*pair)
    finally:
        blocks.BLOCK = before
    assert (whole.relation, whole.evidence) == (cut.relation, cut.evidence)
    assert whole.magnitude == cut.magnitude
    for one, other in zip(whole.tensors, cut.tensors, strict=True):
        assert one.norm == pytest.approx(other.norm)
        assert (one.first, one.worst, one.histogram) == (other.first, other.worst, other.histogram)


@given(pairs("f4"), st.sampled_from(["CF", "FC", "FF"]))
def test_the_order_in_memory_does_not_matter(pair: tuple[Any, Any], orders: Any) -> None:
    a, b = pair
    one, other = (side.copy(order=order) for side, order in zip(pair, orders, strict=True))
    plain, laid = compare(a, b), compare(one, other)
    assert plain.evidence == laid.evidence
    assert plain.magnitude == laid.magnitude


def test_all_that_is_said_of_a_tensor() -> None:
    a = np.zeros((3, 4), "f4")
    a[:] = 1.0
    b = a.copy()
    b[1, 2] += np.float32(2**-22)  # two steps of 2**-23
    b[2, 3] = 3.0
    (tensor,) = compare(a, b).tensors
    assert (tensor.name, tensor.dtype, tensor.shape) == ("w", "float32", (3, 4))
    assert (tensor.total, tensor.differing, tensor.beyond) == (12, 2, 1)
    assert (tensor.first, tensor.worst) == ("[1, 2]", "[2, 3]")
    assert tensor.max_abs == 2.0
    assert tensor.max_rel == pytest.approx(2 / 3)
    assert tensor.median_abs == pytest.approx((2.0 + 2**-22) / 2)
    assert tensor.norm == pytest.approx(2 / math.sqrt(11 + 9))
    assert tensor.max_ulp == 3 * 2**22
    assert tensor.histogram == ((-7, 1), (0, 1))


def test_units_in_the_last_place_are_counted_across_zero() -> None:
    tiny = np.nextafter(np.float64(0), np.float64(1))
    (tensor,) = compare(np.array([tiny]), np.array([-tiny])).tensors
    assert tensor.max_ulp == 2
    assert compare(np.array([1j]), np.array([2j])).tensors[0].max_ulp is None


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        ([[0.0], [np.nan]], [[0.0], [1.0]], "w NaN at [1, 0] on one side only: nan → 1.0"),
        ([np.inf], [1.0], "w infinity at [0] on one side only: inf → 1.0"),
        ([np.inf], [np.nan], "w NaN at [0] on one side only: inf → nan"),
        ([np.inf], [-np.inf], "w[0]: inf → -inf"),
    ],
)
def test_what_is_not_finite_is_exact_and_said(a: Any, b: Any, line: str) -> None:
    for most in (1e300, math.inf):
        rule = Rule(match="*", relative=10.0, absolute=most, norm=1e300)
        found = compare(np.array(a), np.array(b), policy=Policy(tolerances=(rule,)))
        assert found.relation == "different"
        assert found.evidence == (line,)


def test_a_scalar_has_no_index() -> None:
    assert compare(np.array(1.0), np.array(2.0)).evidence == ("w: 1.0 → 2.0",)
    assert compare(np.array(1.0), np.array(2.0), name="").evidence == ("(): 1.0 → 2.0",)


def test_zeros_of_other_sign_are_one_value_and_noted() -> None:
    found = compare(np.array([0.0, 1.0]), np.array([-0.0, 2.0]))
    assert found.magnitude is not None
    assert found.magnitude.differing == 1
    assert "zeros of other sign" in " ".join(found.notes)
    assert compare(np.array([0.0]), np.array([-0.0])).relation == "within"
    assert compare(np.array([1.0]), np.array([2.0])).notes == ()


def test_the_order_of_bytes_is_no_difference_but_noted() -> None:
    found = compare(np.array([1.5], "<f4"), np.array([1.5], ">f4"))
    assert found.relation == "within"
    assert found.notes == ("numbers are stored in another order of bytes",)
    assert compare(np.array([1.5], "<f4"), np.array([1.6], ">f4")).relation == "different"


@pytest.mark.parametrize(("low", "high"), [(-(2**63), 2**63 - 1), (2**62, 2**62 + 1)])
def test_64_bit_integers_do_not_run_over(low: int, high: int) -> None:
    (tensor,) = compare(np.array([low]), np.array([high])).tensors
    assert tensor.max_abs == float(high - low)


def test_norms_beyond_the_range_of_floats() -> None:
    for size in (1e200, 1e-200):
        a = np.array([size, 0.0])
        (tensor,) = compare(a, a * 2).tensors
        assert tensor.norm == pytest.approx(0.5)
    (huge,) = compare(np.full(8, 1.7e308), np.full(8, -1.7e308)).tensors
    assert math.isinf(huge.norm)


def noise(scale: float) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    a = random.standard_normal(10_000).astype("f4")
    return a, a + (scale * random.standard_normal(10_000)).astype("f4")


def test_the_norm_decides_only_where_the_policy_says_so() -> None:
    a, b = noise(1e-4)
    assert compare(a, b).relation == "different"
    found = compare(a, b, policy=Policy(tolerances=(Rule(match="*", norm=1e-3),)))
    assert found.relation == "within"
    assert found.tensors[0].beyond == 0
    assert found.tensors[0].differing > 9000
    assert "w: within tolerance by norm norm-wise error 1.0e-04" in found.notes[0]
    close = Policy(tolerances=(Rule(match="*", norm=1e-5),))
    assert compare(a, b, policy=close).relation == "different"


def test_the_norm_decides_nothing_of_integers() -> None:
    policy = Policy(tolerances=(Rule(match="*", norm=1.0, relative=1.0),))
    found = compare(np.full(100, 1000), np.full(100, 1001), policy=policy)
    assert found.relation == "different"


def test_small_numbers_that_pass_by_the_absolute_part_alone_are_noted() -> None:
    a = np.full(100, 1e-7, "f4")
    found = compare(a, a * 2)
    assert found.relation == "within"
    assert "w: within tolerance only by its absolute part 1e-05" in found.notes[0]
    assert compare(np.full(9, 1.0), np.full(9, 1.0 + 1e-9)).notes == ()


def test_another_order_of_summation_is_noted() -> None:
    a, b = noise(1e-6)
    b[0] = a[0] + 1e-4
    found = compare(a, b)
    assert found.relation == "different"
    assert "small, as another order of summation gives" in found.notes[0]


def test_notes_on_many_arrays_are_bounded() -> None:
    found = Found()
    side = {f"w{n}": Array(np.full(100, 1e-7, "f4")) for n in range(20)}
    other = {f"w{n}": Array(np.full(100, 2e-7, "f4")) for n in range(20)}
    Arrays(Scope(Policy(), ("a",), inner=lambda *_: Difference(relation="within")), found).mapping(
        side, other
    )
    assert len(found.result().notes) == 6
    assert found.result().notes[-1].endswith("more arrays likewise")


@pytest.mark.parametrize(
    ("dtype", "one", "two", "relation"),
    [
        ("bfloat16", 0x3F80, 0x3F81, "within"),  # 1 and the next: 0.8 % more
        ("bfloat16", 0x3F80, 0x3F90, "different"),
        ("float8_e4m3fn", 0x38, 0x39, "different"),  # 1 and 1.125
        ("float8_e5m2", 0x3C, 0x3D, "different"),  # 1 and 1.25
        ("float8_e4m3fnuz", 0x40, 0x41, "different"),
        ("float8_e5m2fnuz", 0x40, 0x41, "different"),
        ("float8_e4m3fn", 0x7F, 0xFF, "within"),  # two NaN
        ("float8_e5m2", 0x7C, 0x7E, "different"),  # infinity and NaN
    ],
)
def test_floats_that_numpy_lacks(dtype: str, one: int, two: int, relation: str) -> None:
    form = "u2" if dtype == "bfloat16" else "u1"
    a, b = (Array(np.array([7, bits], form), dtype) for bits in (one, two))
    found = compare(a, b)
    assert found.relation == relation
    if found.tensors and two - one == 1:
        assert found.tensors[0].max_ulp == 1


def test_types_shapes_and_presence_are_exact() -> None:
    assert compare(np.zeros(1, "f4"), np.zeros(1)).evidence == ("w dtype: float32 → float64",)
    assert compare(np.zeros(2), np.zeros(3)).evidence == ("w shape: (2,) → (3,)",)
    found = Found()
    arrays = Arrays(Scope(Policy(), ("a",), inner=lambda *_: found.result()), found)
    arrays.mapping({"a": Array(np.zeros(1))}, {"labels": Array(np.zeros(1))})
    assert found.result().evidence == ("a: present → (absent)", "labels: (absent) → present")
    assert found.result().decisions == "different"


def test_text_is_exact_and_quoted() -> None:
    assert compare(np.array(b"", "S2"), np.array(b"\0\1", "S2")).evidence == (
        "w: b'' → b'\\x00\\x01'",
    )
    a = np.array(["a", "b", ""])
    b = np.array(["a", "c", "d"])
    assert compare(a, b).evidence == ("w[1]: 'b' → 'c'", "w[2]: '' → 'd'")
    assert compare(a, b).magnitude is None


def test_raw_bytes_and_times_are_exact() -> None:
    a, b = np.array([b"a\0\0"], "V3"), np.array([b"a\0\1"], "V3")
    assert compare(a, b).relation == "different"
    days = [np.array([day], "M8[D]") for day in ("2026-01-05", "NaT")]
    assert compare(*days).evidence == ("w[0]: 2026-01-05 → NaT",)


def test_evidence_of_one_array_leaves_room_for_others() -> None:
    found = compare(np.zeros(100), np.ones(100))
    assert len(found.evidence) == 6
    assert found.evidence[-1] == "… and 95 more"


class TestDecisions:
    @pytest.mark.parametrize(
        ("a", "b", "decisions"),
        [
            (np.array([1, 2]), np.array([1, 2]), "same"),
            (np.array([1, 2]), np.array([1, 3]), "different"),
            (np.array(["a"]), np.array(["b"]), "different"),
            (np.array([1.0, 2.0]), np.array([1.0, 2.0]), "same"),
            (np.array([1.0, 2.0]), np.array([1.0, 3.0]), "different"),
            (np.array([1.0, 2.5]), np.array([1.0, 3.0]), None),
            (np.array([1.0, np.nan]), np.array([1.0, 3.0]), None),
            (np.array([1]), np.array([1.0]), "different"),
            (np.array([[0.1, 0.9]]), np.array([[0.9, 0.1]]), None),
        ],
    )
    def test_labels(self, a: Any, b: Any, decisions: str | None) -> None:
        assert compare(a, b, name="", path="out/predictions.npy").decisions == decisions
        assert compare(a, b, name="y_pred", path="a.npz").decisions == decisions
        assert compare(a, b, name="arr_0", path="y_pred.npz").decisions == decisions
        assert compare(a, b, name="weights", path="y_pred.npz").decisions is None

    def test_the_policy_names_more(self) -> None:
        policy = Policy(decisions=("verdict",))
        assert compare(np.array([1]), np.array([1]), name="verdict", policy=policy).decisions

    def test_the_largest_score_decides(self) -> None:
        a = np.array([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8]], "f4")
        b = a.copy()
        b[1] = [0.4, 0.6]
        found = compare(a, b, name="probs")
        assert found.decisions == "different"
        assert found.evidence[0] == "probs argmax of 1 of 3 rows changed, first [1]: 0 → 1"
        assert compare(a, a + np.float32(0.3), name="probs").decisions == "same"
        assert compare(a, b, name="w").decisions is None
        assert compare(a[0], b[1], name="probs").decisions is None
        assert compare(a[:, :1], b[:, :1], name="probs").decisions is None

    def test_scores_by_columns_and_of_16_bits(self) -> None:
        bits = np.array([[0x3F80, 0x4000], [0x4000, 0x3F80]], "u2")
        a, b = Array(bits, "bfloat16"), Array(np.asfortranarray(bits[::-1]), "bfloat16")
        found = compare(a, b, name="logits")
        assert found.decisions == "different"
        assert found.evidence[0] == "logits argmax of 2 of 2 rows changed, first [0]: 1 → 0"

    def test_rows_are_never_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(0)
        a = random.standard_normal((50, 7))
        b = a.copy()
        b[[3, 40]] = -b[[3, 40]]
        monkeypatch.setattr(blocks, "BLOCK", 64)
        assert "2 of 50 rows" in compare(a, b, name="logits").evidence[0]


@pytest.mark.parametrize("form", ["f4", "f2", "i4", "f8"])
def test_maps_are_given_back(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(blocks, "_HELD", 1)
    sides = []
    for name in "ab":
        (tmp_path / name).write_bytes(np.arange(1000, dtype=form).tobytes())
        sides.append(np.memmap(tmp_path / name, form, "r"))
    assert compare(*sides).relation == "within"
    private = np.memmap(tmp_path / "a", form, "c")
    private[0] = 5
    found = compare(private, sides[1])
    assert found.relation == "different"
    assert private[0] == 5


@pytest.mark.parametrize("unit", [(1, 1), (3, 2), (5, 7)])
def test_boxes_cover_an_array_once(unit: tuple[int, int]) -> None:
    seen = np.zeros((5, 7), int)
    for axes in ((1, 0), (0, 1)):
        for box in blocks.boxes((5, 7), 6, axes, unit):
            seen[box.slices] += 1
            assert box.at(box.size - 1) == tuple(part.stop - 1 for part in box.slices)
    assert (seen == 2).all()
