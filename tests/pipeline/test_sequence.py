from __future__ import annotations

import pytest

from auditor.model.audit import Looks
from auditor.pipeline.sequence import Times


def unasked() -> str:
    raise AssertionError("nothing was to be looked at")


def test_a_fixed_number_is_never_looked_at() -> None:
    times = Times(least=3, most=3)
    assert times.looks == 1
    assert times.told == "3"
    assert [bool(times.ended(made, 0.0, unasked)) for made in (1, 2, 3)] == [False, False, True]
    assert times.looked(3, "x") is None


def test_one_by_one_until_it_is_settled() -> None:
    times = Times(least=2, most=10)
    assert times.looks == 9
    assert times.told == "at most 10"
    assert not times.ended(1, 0.0, unasked)
    assert not times.ended(2, 0.0, str)
    assert times.ended(2, 0.0, lambda: "settled") == "settled"
    assert times.ended(10, 0.0, unasked) == "10 replays were asked for at the most"
    assert times.looked(4, "settled") == Looks(planned=9, made=3, ended="settled")
    assert times.looked(1, "the engine went away") == Looks(
        planned=9, made=0, ended="the engine went away"
    )


@pytest.mark.parametrize(("spent", "ended"), [(0.9, ""), (1.5, "the budget of 1.5 s was spent")])
def test_a_budget_of_time(spent: float, ended: str) -> None:
    times = Times(least=2, most=10, budget=1.5)
    assert not times.ended(1, 99.0, unasked)
    assert times.ended(2, spent, str) == ended
    assert times.ended(2, spent, lambda: "settled") == "settled"


def test_two_at_the_most_are_one_look() -> None:
    assert Times(least=2, most=2).looks == 1
