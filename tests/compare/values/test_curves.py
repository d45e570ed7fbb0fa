from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, compare_parts
from auditor.compare.values.curves import MAX_POINTS, curve_of, series
from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope
from auditor.model.evidence import Point
from auditor.model.policy import Policy, Rule, Tolerance

TOLERANCE = Tolerance(relative=1e-6, absolute=0.0)
steps = st.integers(-5, 300).map(float)
values = st.floats(allow_nan=True, allow_infinity=True)
curves = st.lists(st.tuples(steps, values), max_size=400)


def line(count: int, *, start: int = 0, add: float = 0.0) -> list[tuple[float, float]]:
    return [(float(step), 1.0 / (step + 1) + add) for step in range(start, start + count)]


def compared(
    a: list[tuple[float, float]], b: list[tuple[float, float]], policy: Policy | None = None
) -> Difference:
    found = Found()
    scope = Scope(policy or Policy(), ("log",), inner=compare_parts)
    series(found, scope, "loss", a, b)
    return found.result()


@given(curves)
def test_a_series_never_parts_from_itself(a: list[tuple[float, float]]) -> None:
    curve = curve_of("x", a, a, TOLERANCE)
    assert curve.parted is None
    assert curve.after == ""
    assert compared(a, a).relation == "within"
    assert compared(a, a).curves == ()


@given(curves, curves)
def test_the_other_way_round_is_the_mirror_image(
    a: list[tuple[float, float]], b: list[tuple[float, float]]
) -> None:
    one, other = curve_of("x", a, b, TOLERANCE), curve_of("x", b, a, TOLERANCE)
    assert (one.parted, one.after, one.total) == (other.parted, other.after, other.total)
    mirrored = [Point(step=p.step, original=p.replay, replay=p.original) for p in other.points]
    assert list(map(repr, one.points)) == list(map(repr, mirrored))
    assert compared(a, b).relation == compared(b, a).relation


@given(curves, curves)
def test_thinning_keeps_the_ends_and_where_they_part(
    a: list[tuple[float, float]], b: list[tuple[float, float]]
) -> None:
    curve = curve_of("x", a, b, TOLERANCE)
    every = sorted({step for step, _ in (*a, *b)})
    kept = [point.step for point in curve.points]
    assert curve.total == len(every)
    assert len(kept) == min(len(every), MAX_POINTS) or len(kept) > MAX_POINTS - 6
    assert len(kept) <= MAX_POINTS
    assert kept == sorted(set(kept))
    assert not every or (kept[0], kept[-1]) == (every[0], every[-1])
    if curve.parted is not None:
        at = every.index(curve.parted)
        assert set(every[max(0, at - 1) : at + 2]) <= set(kept)


@given(curves, curves)
def test_nothing_differs_before_they_part(
    a: list[tuple[float, float]], b: list[tuple[float, float]]
) -> None:
    left, right = dict(a), dict(b)
    curve = curve_of("x", a, b, TOLERANCE)
    for step in {*left, *right}:
        if curve.parted is None or step < curve.parted:
            one, other = left[step], right[step]
            both_nan = math.isnan(one) and math.isnan(other)
            assert both_nan or one == pytest.approx(other, rel=1.0001e-6, abs=0)


@pytest.mark.parametrize(
    ("b", "parted", "after"),
    [
        (line(30), None, ""),
        (line(30, add=1e-9), None, ""),
        (line(30, add=0.5), 0.0, "constant"),
        (line(10) + line(20, start=10, add=0.1), 10.0, "constant"),
        (line(10) + [(s, v + 0.01 * (s - 9)) for s, v in line(20, start=10)], 10.0, "growing"),
        (line(10) + [(s, v + 1 / s**3) for s, v in line(20, start=10)], 10.0, "recovering"),
        (line(10) + line(5, start=10, add=0.1) + line(15, start=15), 10.0, "recovering"),
        (line(10) + [(s, math.nan) for s, _ in line(20, start=10)], 10.0, "constant"),
        ([*line(29), (29.0, 9.0)], 29.0, ""),
        (line(20), 20.0, "ended"),
        (line(29), 29.0, "ended"),
        (line(40), 30.0, "ended"),
        (line(29, start=1), 0.0, "recovering"),
        ([(s + 1, v) for s, v in line(30)], 0.0, "recovering"),
        ([], 0.0, "ended"),
        ([(s + 0.5, v) for s, v in line(30)], 0.0, ""),
    ],
)
def test_where_they_part_and_how_they_go_on(
    b: list[tuple[float, float]], parted: float | None, after: str
) -> None:
    curve = curve_of("loss", line(30), b, TOLERANCE)
    assert (curve.parted, curve.after) == (parted, after)


def test_evidence_says_where_and_how() -> None:
    a, b = [(0.0, 1.0), (1.0, 0.5), (2.0, 0.25)], [(0.0, 1.0), (1.0, 0.75), (2.0, 1.5)]
    found = compared(a, b)
    assert found.relation == "different"
    assert found.evidence == ("loss parts at step 1: 0.5 → 0.75, then growing",)
    assert found.magnitude is not None
    assert (found.magnitude.total, found.magnitude.differing) == (3, 2)
    assert (found.magnitude.max_abs, found.magnitude.where) == (1.25, "loss at step 2")


def test_a_longer_run_differs() -> None:
    found = compared(line(3), line(5))
    assert found.relation == "different"
    assert found.evidence == (
        "loss parts at step 3: (absent) → 0.25, then ended",
        "loss: steps only in the replay: 2",
    )


def test_noise_is_shown_and_within() -> None:
    found = compared(line(5), line(5, add=1e-12))
    assert found.relation == "within"
    assert [curve.parted for curve in found.curves] == [None]
    assert found.evidence == ()
    assert found.magnitude is not None
    assert found.magnitude.differing == 5


def test_the_policy_may_set_the_tolerance_of_one_series() -> None:
    policy = Policy(tolerances=(Rule(match="log#loss", absolute=0.2),))
    assert compared(line(5), line(5, add=0.1), policy).relation == "within"
    assert compared(line(5), line(5, add=0.1)).relation == "different"


def test_the_last_value_at_a_step_counts() -> None:
    found = compared([(0.0, 7.0), (0.0, 1.0)], [(0.0, 1.0)])
    assert found.relation == "within"
    assert "loss: of several values at one step, the last counts" in found.notes


def test_a_metric_without_steps_of_its_own_is_compared_throughout() -> None:
    a, b = [(0.0, 1.0), (0.0, 2.0), (0.0, 3.0)], [(0.0, 1.0), (0.0, 2.5), (0.0, 3.0)]
    found = compared(a, b)
    assert found.relation == "different"
    assert found.evidence == ("loss at step 0, before its last value: 2.0 → 2.5",)


def test_steps_that_are_no_numbers_are_compared_in_order() -> None:
    a = [(math.nan, 1.0), (1.0, 2.0)]
    assert compared(a, a).relation == "within"
    assert compared(a, [(math.nan, 1.5), (1.0, 2.0)]).relation == "different"
    assert curve_of("x", a, a, TOLERANCE).total == 1
