from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.judge.interval import half_width, spread

ORDER = ["consistent", "inconclusive", "diverged"]
numbers = st.floats(-100, 100)
several = st.lists(numbers, min_size=2, max_size=6).map(tuple)
margins = st.floats(0, 1000)


def test_half_width_by_hand() -> None:
    assert half_width(1.0, 2) == pytest.approx(12.7062 * math.sqrt(1.5), rel=1e-5)
    assert half_width(2.0, 5) == pytest.approx(2 * 2.776445 * math.sqrt(1.2), rel=1e-6)


@pytest.mark.parametrize(
    ("original", "margin", "verdict"),
    [
        (0.0, 20.0, "consistent"),
        (9.0, 12.0, "consistent"),
        (0.0, 5.0, "inconclusive"),
        (12.0, 15.0, "inconclusive"),
        (16.0, 15.0, "diverged"),
        (12.0, 5.0, "diverged"),
    ],
)
def test_rows(original: float, margin: float, verdict: str) -> None:
    # mean 0, s = √2, N = 3: h = 4.3027·√2·√(4/3) = 7.026… for these three
    replays = (-math.sqrt(2), 0.0, math.sqrt(2))
    h = half_width(math.sqrt(2), 3)
    assert h == pytest.approx(7.026, abs=1e-3)
    if original == 9.0:
        original = h
    assert spread(original, replays, margin).verdict == verdict


def test_the_number_that_would_be_enough_is_enough() -> None:
    found = spread(0.0, (-1.0, 1.0), 4.0)
    assert found.verdict == "inconclusive"
    needed = int(found.note.rpartition("N = ")[2].split()[0])
    deviation = math.sqrt(2)
    assert half_width(deviation, needed) <= 4.0 < half_width(deviation, needed - 1)


def test_the_number_that_would_be_enough_to_say_diverged() -> None:
    found = spread(10.0, (-1.0, 1.0), 4.0)
    needed = int(found.note.rpartition("N = ")[2].split()[0])
    assert half_width(math.sqrt(2), needed) < 10.0 <= half_width(math.sqrt(2), needed - 1)


@pytest.mark.parametrize(("original", "margin"), [(0.0, 1.0), (11.0, 12.0), (2.0, 1.5)])
def test_where_no_number_is_enough_it_says_so(original: float, margin: float) -> None:
    replays = (-math.sqrt(2), 0.0, math.sqrt(2))
    found = spread(original, replays, margin)
    assert found.verdict == "inconclusive"
    assert "no N up to 1000" in found.note


@given(several, numbers, margins, margins)
def test_a_wider_margin_never_worsens(
    replays: tuple[float, ...], original: float, narrow: float, more: float
) -> None:
    one, other = (spread(original, replays, m).verdict for m in (narrow, narrow + more))
    assert ORDER.index(other) <= ORDER.index(one)


@given(several, numbers, st.floats(0, 100), margins)
def test_an_original_further_away_is_never_better(
    replays: tuple[float, ...], offset: float, more: float, margin: float
) -> None:
    mean = sum(replays) / len(replays)
    near = mean + offset
    far = near + math.copysign(more, offset)
    assume(abs(far - mean) >= abs(near - mean) + 1e-9 or more == 0)
    one, other = (spread(original, replays, margin).verdict for original in (near, far))
    assert ORDER.index(other) >= ORDER.index(one)
