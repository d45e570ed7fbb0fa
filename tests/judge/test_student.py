from __future__ import annotations

import itertools

import pytest

from auditor.judge.student import quantile_975

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
    assert quantile_975(df) == pytest.approx(value, abs=5e-4)


def test_first_and_second_have_closed_forms() -> None:
    assert quantile_975(1) == pytest.approx(12.706204736174694, rel=1e-12)
    assert quantile_975(2) == pytest.approx(0.95 * (2 / (1 - 0.95**2)) ** 0.5, rel=1e-12)


def test_falls_towards_the_normal_quantile() -> None:
    values = [quantile_975(df) for df in range(1, 120)]
    assert all(a > b > 1.959963 for a, b in itertools.pairwise(values))


def test_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="0 degrees"):
        quantile_975(0)
