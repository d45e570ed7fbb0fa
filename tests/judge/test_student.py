from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.judge.student import critical, tails

# From the tables of Fisher and Yates, and of NIST.
KNOWN = [
    (1, 12.706),
    (2, 4.303),
    (3, 3.182),
    (4, 2.776),
    (5, 2.571),
    (9, 2.262),
    (10, 2.228),
    (19, 2.093),
    (30, 2.042),
    (60, 2.000),
    (100, 1.984),
    (999, 1.962),
]


@pytest.mark.parametrize(("df", "value"), KNOWN)
def test_known_values(df: int, value: float) -> None:
    assert critical(df, 0.05) == pytest.approx(value, abs=5e-4)


def test_first_and_second_have_closed_forms() -> None:
    assert critical(1, 0.05) == pytest.approx(12.706204736174694, rel=1e-12)
    assert critical(2, 0.05) == pytest.approx(0.95 * (2 / (1 - 0.95**2)) ** 0.5, rel=1e-12)


def test_falls_towards_the_normal_quantile() -> None:
    values = [critical(df, 0.05) for df in range(1, 120)]
    assert all(a > b > 1.959963 for a, b in itertools.pairwise(values))


def test_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="0 degrees"):
        critical(0, 0.05)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1])
def test_needs_a_level_between_zero_and_one(level: float) -> None:
    with pytest.raises(ValueError, match="at level"):
        critical(3, level)


# Computed with SciPy 1.x: stats.t.ppf(1 - level / 2, df), and 2 * stats.t.sf(t, df).
@pytest.mark.parametrize(
    ("df", "level", "value"),
    [
        (1, 0.01, 63.656741162871526),
        (1, 0.05 / 27, 343.7737074505997),
        (2, 0.05 / 9, 13.360441338431182),
        (3, 0.05 / 81, 15.208595643949442),
        (9, 0.025, 2.6850108468164575),
        (9, 0.05 / 9, 3.62186822778663),
        (50, 0.001, 3.496012881811176),
        (999, 5e-8, 5.493493851412925),
    ],
)
def test_corrected_levels(df: int, level: float, value: float) -> None:
    assert critical(df, level) == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize(
    ("t", "df", "value"),
    [
        (0.0, 5, 1.0),
        (3.0, 1, 0.20483276469913345),
        (10.0, 2, 0.00985245702332569),
        (4.5, 7, 0.0027983300778426316),
        (2.0, 100, 0.04821217873113365),
        (1e300, 3, 0.0),
    ],
)
def test_tails(t: float, df: int, value: float) -> None:
    assert tails(t, df) == pytest.approx(value, abs=1e-13)


@given(st.integers(1, 60), st.floats(1e-6, 0.5))
def test_the_tails_beyond_the_critical_value_are_its_level(df: int, level: float) -> None:
    assert tails(critical(df, level), df) == pytest.approx(level, rel=1e-6)
