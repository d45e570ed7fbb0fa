from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.values.numbers import Tally, gap
from auditor.compare.values.tolerance import Tolerances, close
from auditor.model.policy import Policy, Rule, Tolerance

TOLERANCE = Tolerance(relative=1e-3, absolute=1e-6)
numbers = st.floats()


@given(numbers, numbers)
def test_closeness_is_symmetric(a: float, b: float) -> None:
    assert close(a, b, TOLERANCE) == close(b, a, TOLERANCE)


@given(numbers)
def test_a_number_is_close_to_itself(a: float) -> None:
    assert close(a, a, Tolerance(relative=0.0, absolute=0.0))
    assert gap(a, a) == (0.0, 0.0)


@given(numbers, numbers, st.floats(0, 1), st.floats(0, 1))
def test_a_wider_tolerance_lets_no_pair_go(a: float, b: float, narrow: float, more: float) -> None:
    if close(a, b, Tolerance(relative=narrow, absolute=narrow)):
        assert close(a, b, Tolerance(relative=narrow + more, absolute=narrow + more))


def test_nan_and_infinity_are_close_to_themselves_only() -> None:
    wide = Tolerance(relative=1.0, absolute=1e300)
    assert close(math.nan, math.nan, wide)
    assert not close(math.nan, 1.0, wide)
    assert not close(math.inf, 1.0, wide)
    assert not close(math.inf, -math.inf, wide)


def test_the_formula_at_its_edge() -> None:
    assert close(1.0, 1.001 + 1e-6, TOLERANCE)
    assert not close(1.0, 1.0011 + 1e-6, TOLERANCE)


def test_the_last_rule_that_matches_wins_and_is_named() -> None:
    rules = (Rule(match="*.json", relative=0.1), Rule(match="m*", relative=0.2))
    tolerances = Tolerances(Policy(tolerances=rules), ("metrics.json",))
    assert tolerances.of().source == "policy: m*"
    assert tolerances.at("/loss").relative == 0.2


def test_a_rule_for_one_pointer_holds_for_it_alone() -> None:
    policy = Policy(tolerances=(Rule(match="metrics.json#/loss", absolute=1.0),))
    tolerances = Tolerances(policy, ("metrics.json",))
    assert tolerances.at("/loss").absolute == 1.0
    assert tolerances.at("/accuracy") == policy.float64
    assert tolerances.of() == policy.float64


def test_defaults_go_by_width() -> None:
    tolerances = Tolerances(Policy(), ("a.npy",))
    assert [
        tolerances.of(name).relative for name in ("float16", "float32", "float64", "float128")
    ] == [
        1e-3,
        1.3e-6,
        1e-7,
        1e-7,
    ]
    assert tolerances.of().source == "default"


def test_a_tally_keeps_the_largest_difference_and_its_place() -> None:
    tally = Tally()
    assert tally.tolerant(1.0, 1.0, "a", TOLERANCE)
    assert not tally.tolerant(1.0, 2.0, "b", TOLERANCE)
    assert not tally.exact(1, 11, "c")
    magnitude = tally.magnitude()
    assert magnitude is not None
    assert (magnitude.max_abs, magnitude.differing, magnitude.total) == (10.0, 2, 3)
    assert magnitude.where == "c"
    assert tally.beyond == 2


def test_integers_too_large_for_a_float_still_differ() -> None:
    tally = Tally()
    assert not tally.exact(10**400, 1, "")
    assert tally.magnitude() is not None
    assert math.isinf(tally.magnitude().max_abs)  # type: ignore[union-attr]


def test_digits_that_overflow_are_not_all_one_infinity() -> None:
    tally = Tally()
    assert not tally.written("1e999", "1e998", "", TOLERANCE)
    assert tally.written("inf", "Infinity", "", TOLERANCE)
    assert tally.written("1e999", "1e999", "", TOLERANCE)
    assert not Tally().written("7" * 4001, "8" * 4001, "", TOLERANCE)
