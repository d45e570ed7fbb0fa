from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.judge.interval import ALPHA, Correction, Draw, Spread, draw, half_width, spread
from auditor.judge.student import critical

ORDER = ["consistent", "inconclusive", "diverged"]
numbers = st.floats(-100, 100)
several = st.lists(numbers, min_size=2, max_size=6).map(tuple)
margins = st.floats(0, 1000)
shares = st.integers(1, 8).flatmap(
    lambda family: st.builds(
        Correction, family=st.just(family), held=st.integers(1, family), looks=st.integers(1, 9)
    )
)
THREE = (-math.sqrt(2), 0.0, math.sqrt(2))


def judged(
    original: float, replays: tuple[float, ...], margin: float, share: Correction | None = None
) -> Spread:
    found = draw(original, replays)
    assert found is not None
    return spread(found, margin, share)


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
    h = half_width(math.sqrt(2), 3)
    assert h == pytest.approx(7.026, abs=1e-3)
    if original == 9.0:
        original = h
    found = judged(original, THREE, margin)
    assert found.verdict == verdict
    assert "shared" not in found.note


def test_the_number_that_would_be_enough_is_enough() -> None:
    found = judged(0.0, (-1.0, 1.0), 4.0)
    assert found.verdict == "inconclusive"
    needed = int(found.note.rpartition("N = ")[2].split()[0])
    deviation = math.sqrt(2)
    assert half_width(deviation, needed) <= 4.0 < half_width(deviation, needed - 1)


def test_the_number_that_would_be_enough_to_say_diverged() -> None:
    found = judged(10.0, (-1.0, 1.0), 4.0)
    needed = int(found.note.rpartition("N = ")[2].split()[0])
    assert half_width(math.sqrt(2), needed) < 10.0 <= half_width(math.sqrt(2), needed - 1)


@pytest.mark.parametrize(("original", "margin"), [(0.0, 1.0), (11.0, 12.0), (2.0, 1.5)])
def test_where_no_number_is_enough_it_says_so(original: float, margin: float) -> None:
    found = judged(original, THREE, margin)
    assert found.verdict == "inconclusive"
    assert "no N up to 1000" in found.note


def test_a_correction_is_named_and_leaves_open_what_chance_may_do() -> None:
    alone = judged(7.5, THREE, 1.0)
    assert alone.verdict == "diverged"
    shared = judged(7.5, THREE, 1.0, Correction(family=4, held=3))
    assert shared.verdict == "inconclusive"
    assert "4 metrics with margins (Holm), 0.0167 for this one" in shared.note
    far = half_width(math.sqrt(2), 3, ALPHA / 3)
    assert f"|O - mean| > {far:.6g} to say diverged" in shared.note
    needed = int(shared.note.rpartition("N = ")[2].split()[0])
    assert half_width(math.sqrt(2), needed, ALPHA / 3) < 7.5
    assert half_width(math.sqrt(2), needed - 1, ALPHA / 3) >= 7.5


def test_looks_widen_both_intervals() -> None:
    h = half_width(math.sqrt(2), 3)
    wide = half_width(math.sqrt(2), 3, ALPHA / 9)
    assert judged(0.0, THREE, (h + wide) / 2).verdict == "consistent"
    found = judged(0.0, THREE, (h + wide) / 2, Correction(looks=9))
    assert found.verdict == "inconclusive"
    assert "9 looks (Bonferroni)" in found.note
    needed = int(found.note.rpartition("N = ")[2].split()[0])
    assert half_width(math.sqrt(2), needed, ALPHA / 9) <= (h + wide) / 2
    assert judged(0.0, THREE, wide, Correction(looks=9)).verdict == "consistent"


def test_what_a_float_cannot_hold_is_no_draw() -> None:
    assert draw(0.0, (1.7e308, -1.7e308)) is None
    assert draw(0.0, (1.7e308, 1.6e308)) is None
    assert draw(1.7e308, (-1.0, 1.0)) is not None


def test_the_chance_of_a_draw() -> None:
    found = Draw(distance=critical(4, 0.01) * math.sqrt(1.2), deviation=1.0, count=5)
    assert found.chance == pytest.approx(0.01)
    assert not found.beyond(0.009)
    assert found.beyond(0.011)
    # Replays that differ by less than a float can square
    assert Draw(distance=0.0, deviation=0.0, count=2).chance == 1.0
    assert Draw(distance=1.0, deviation=0.0, count=2).chance == 0.0


@given(several, numbers, margins, margins, shares)
def test_a_wider_margin_never_worsens(
    replays: tuple[float, ...], original: float, narrow: float, more: float, share: Correction
) -> None:
    one, other = (judged(original, replays, m, share).verdict for m in (narrow, narrow + more))
    assert ORDER.index(other) <= ORDER.index(one)


@given(several, numbers, st.floats(0, 100), margins, shares)
def test_an_original_further_away_is_never_better(
    replays: tuple[float, ...], offset: float, more: float, margin: float, share: Correction
) -> None:
    mean = sum(replays) / len(replays)
    near = mean + offset
    far = near + math.copysign(more, offset)
    assume(abs(far - mean) >= abs(near - mean) + 1e-9 or more == 0)
    one, other = (judged(original, replays, margin, share).verdict for original in (near, far))
    assert ORDER.index(other) >= ORDER.index(one)


@given(several, numbers, margins, shares)
def test_a_correction_calls_nothing_diverged_that_the_table_does_not(
    replays: tuple[float, ...], original: float, margin: float, share: Correction
) -> None:
    plain, corrected = (judged(original, replays, margin, one) for one in (None, share))
    assert ORDER.index(corrected.verdict) <= max(1, ORDER.index(plain.verdict))
    assert plain.verdict == "diverged" or corrected.verdict != "diverged"
    assert plain.verdict == "consistent" or corrected.verdict != "consistent"
