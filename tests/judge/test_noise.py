from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.judge.interval import ALPHA, Correction, Draw
from auditor.judge.noise import holm, spreads
from auditor.model.comparison import Compared, Relations, Side
from auditor.model.policy import Margin, Policy

EVERY = Policy(margins=(Margin(match="*", margin=0.0),))


def metric(name: str, original: float | None, *replays: float | str | None) -> Compared:
    different = Relations(values="different", metrics="different")
    return Compared(
        kind="metric",
        name=name,
        names=(name,),
        original=side(original),
        replays=tuple(side(one) for one in replays),
        to_original=(different,) * len(replays),
        to_first=(different,) * (len(replays) - 1),
    )


def side(value: float | str | None) -> Side:
    if value is None:
        return Side(state="absent")
    if value == "lost":
        return Side(state="unrecorded", reason="lost")
    return Side(state="recorded", value=value)


def of_chance(*chances: float) -> dict[int, Draw]:
    """Draws from ten replays with about these chances, by their distance alone."""
    from auditor.judge.student import critical  # noqa: PLC0415

    unit = 1.1**0.5
    return {
        index: Draw(distance=critical(9, chance) * unit * 1.000001, deviation=1.0, count=10)
        for index, chance in enumerate(chances)
    }


def rejected(draws: dict[int, Draw], looks: int = 1) -> set[int]:
    return {n for n, share in holm(draws, looks=looks).items() if draws[n].beyond(share.level)}


@pytest.mark.parametrize(
    ("chances", "beyond"),
    [
        ((0.04,), {0}),
        ((0.01, 0.04), {0, 1}),
        ((0.03, 0.04), set()),
        ((0.04, 0.01, 0.03), {1}),
        # Holm's step down: 0.0125, 0.0167, 0.025, 0.05
        ((0.01, 0.005, 0.03, 0.2), {0, 1}),
        ((0.012, 0.016, 0.024, 0.049), {0, 1, 2, 3}),
        ((0.013, 0.016, 0.024, 0.049), set()),
    ],
)
def test_holm_by_hand(chances: tuple[float, ...], beyond: set[int]) -> None:
    assert rejected(of_chance(*chances)) == beyond


def test_what_is_left_is_held_to_what_remains() -> None:
    shares = holm(of_chance(0.005, 0.03, 0.2), looks=9)
    assert shares[0] == Correction(family=3, held=3, looks=9)
    # at 9 looks not even the first is beyond
    assert shares[1].held == shares[2].held == 3
    plain = holm(of_chance(0.005, 0.03, 0.2))
    assert (plain[0].held, plain[1].held, plain[2].held) == (3, 2, 2)
    assert plain[1].level == pytest.approx(ALPHA / 2)


@given(st.lists(st.floats(1e-4, 0.9), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_holm_does_not_depend_on_the_order(chances: list[float], chance: random.Random) -> None:
    order = list(range(len(chances)))
    chance.shuffle(order)
    found = rejected(of_chance(*chances))
    shuffled = rejected(of_chance(*(chances[n] for n in order)))
    assert {order[n] for n in shuffled} == found


@given(st.lists(st.floats(1e-4, 0.9), min_size=1, max_size=6), st.floats(1.0, 100), st.data())
def test_holm_rejects_no_less_when_one_is_further_away(
    chances: list[float], factor: float, data: st.DataObject
) -> None:
    index = data.draw(st.sampled_from(range(len(chances))))
    draws = of_chance(*chances)
    before = rejected(draws)
    one = draws[index]
    draws[index] = Draw(distance=one.distance * factor, deviation=1.0, count=10)
    assert before <= rejected(draws)


@pytest.mark.slow
def test_the_false_alarms_of_a_family_stay_below_five_percent() -> None:
    chance = random.Random(7)
    rounds, alarms, uncorrected = 2000, 0, 0
    for _round in range(rounds):
        items = tuple(metric(str(n), *(chance.gauss(0, 1) for _ in range(6))) for n in range(8))
        found = spreads(items, EVERY)
        alarms += any(one is not None and one.verdict == "diverged" for one in found)
        alone = [spreads((item,), EVERY)[0] for item in items]
        uncorrected += any(one is not None and one.verdict == "diverged" for one in alone)
    # Three standard deviations of a share of 5 %: 0.05 + 3·√(0.05·0.95/2000)
    assert alarms / rounds <= 0.065
    assert uncorrected / rounds > 0.25


@pytest.mark.slow
def test_the_false_alarms_over_the_looks_stay_below_five_percent() -> None:
    chance = random.Random(11)
    rounds, alarms, uncorrected = 2000, 0, 0
    for _round in range(rounds):
        values = [chance.gauss(0, 1) for _ in range(11)]
        looks = [metric("a", *values[: n + 1]) for n in range(2, 11)]
        for tally, planned in ((0, 9), (1, 1)):
            found = [spreads((item,), EVERY, looks=planned)[0] for item in looks]
            alarm = any(one is not None and one.verdict == "diverged" for one in found)
            alarms += alarm and not tally
            uncorrected += alarm and tally
    assert alarms / rounds <= 0.065
    assert uncorrected / rounds > 0.1


def test_only_metrics_with_a_margin_whose_replays_vary_have_a_spread() -> None:
    policy = Policy(margins=(Margin(match="a", margin=1.0),))
    items = (
        metric("a", 0.5, 0.4, 0.6),
        metric("b", 0.5, 0.4, 0.6),
        metric("a", 0.5, 0.4, 0.4),
        metric("a", 0.5, 0.4),
    )
    found = spreads(items, policy)
    assert found[0] is not None
    assert found[1:] == (None, None, None)


@pytest.mark.parametrize(
    "item",
    [
        metric("a", None, 0.4, 0.6),
        metric("a", 0.5, 0.4, None),
        metric("a", 0.5, 0.4, float("nan")),
        metric("a", float("inf"), 0.4, 0.6),
        metric("a", 0.0, 1.7e308, -1.7e308),
    ],
)
def test_a_margin_needs_numbers_that_a_float_holds(item: Compared) -> None:
    (found,) = spreads((item,), Policy(margins=(Margin(match="*", margin=9e307),)))
    assert found is not None
    assert found.verdict == "diverged"
    assert "does not apply" in found.note


def test_unrecorded_replays_are_left_out() -> None:
    (found,) = spreads((metric("a", 0.5, 0.4, "lost", 0.6),), EVERY)
    assert found is not None
    assert "N = 2" in found.note


def test_what_does_not_count_is_not_in_the_family() -> None:
    items = (metric("a", 9.0, 0.4, 0.5, 0.6), metric("b", 0.5, 0.4, 0.5, 0.6))
    shared = spreads(items, EVERY)[0]
    assert shared is not None
    assert "2 metrics with margins" in shared.note
    alone = spreads(items, Policy(margins=EVERY.margins, ignore=("b",)))
    assert alone[0] == spreads(items[:1], EVERY)[0]
    assert alone[1] is not None
    assert "metrics with margins" not in alone[1].note


def test_the_last_margin_that_matches_wins() -> None:
    policy = Policy(margins=(Margin(match="*", margin=0.0), Margin(match="a", margin=100.0)))
    found = spreads((metric("a", 0.5, 0.4, 0.6), metric("b", 9e9, 0.4, 0.6)), policy)
    assert found[0] is not None
    assert found[0].verdict == "consistent"
    assert found[1] is not None
    assert found[1].verdict == "diverged"
