from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare import compare
from auditor.judge import judge
from auditor.judge.table import judged
from auditor.model.audit import Item
from auditor.model.comparison import Compared, Relations, Side
from auditor.model.policy import Margin, Policy, Rule
from auditor.store.objects import Objects

MakeCompared = Callable[..., Compared]
Make = Callable[..., Any]
ORDER = ["identical", "equivalent", "consistent", "inconclusive", "diverged"]


@pytest.mark.parametrize(
    ("outward", "inward", "verdict", "deterministic"),
    [
        (["unknown", "unknown"], ["unknown"], "inconclusive", None),
        (["same", "same"], ["same"], "identical", None),
        (["within", "within"], ["within"], "equivalent", None),
        (["same", "within"], ["within"], "equivalent", None),
        (["different", "different"], ["same"], "diverged", True),
        (["different", "different"], ["within"], "diverged", True),
        (["different", "within"], ["within"], "diverged", True),
        (["different"], [], "diverged", None),
        (["different", "different"], ["different"], "diverged", False),
        (["same", "different"], ["different"], "diverged", False),
        (["same", "unknown"], ["unknown"], "inconclusive", None),
        (["within", "unknown"], ["unknown"], "inconclusive", None),
        (["different", "unknown"], ["unknown"], "diverged", None),
        (["different", "different", "unknown"], ["different", "unknown"], "diverged", False),
        (["same"], [], "identical", None),
    ],
)
def test_rows(
    make_file: MakeCompared, outward: Any, inward: Any, verdict: str, deterministic: Any
) -> None:
    found = judged(make_file(outward, inward), "values", None)
    assert found is not None
    assert (found.verdict, found.deterministic) == (verdict, deterministic)


def test_a_question_that_does_not_apply_has_no_answer(make_file: MakeCompared) -> None:
    assert judged(make_file(["same"], known=False), "values", None) is None
    assert judged(make_file(["same"]), "metrics", None) is None
    assert judged(make_file(["same"]), "decisions", None) is None


def test_what_was_not_recorded_is_named(make_file: MakeCompared) -> None:
    lost = Side(state="unrecorded", reason="permission denied")
    one = judged(make_file(["unknown"], original=lost), "values", None)
    assert one is not None
    assert one.note == "not recorded of the original: permission denied"
    here = Side(state="recorded", value="x")
    one = judged(make_file(["same", "unknown"], ["unknown"], replays=(here, lost)), "bytes", None)
    assert one is not None
    assert one.note == "not recorded of replay 2 (permission denied)"


def test_without_replays_nothing_is_decided(make_file: MakeCompared) -> None:
    for level, answered in (("bytes", True), ("values", True), ("metrics", False)):
        found = judged(make_file([]), level, None)  # type: ignore[arg-type]
        assert (found is not None) == answered
        assert found is None or found.verdict == "inconclusive"


def scalar(original: Any, *replays: Any) -> Compared:
    different = Relations(values="different", metrics="different")
    sides = [
        Side(state="absent") if one is None else Side(state="recorded", value=one)
        for one in (original, *replays)
    ]
    return Compared(
        kind="metric",
        name="/a",
        names=("/a",),
        original=sides[0],
        replays=tuple(sides[1:]),
        to_original=(different,) * len(replays),
        to_first=(different,) * (len(replays) - 1),
    )


def test_a_margin_lets_a_spread_be_consistent() -> None:
    one = judged(scalar(0.5, 0.4, 0.6), "metrics", 10.0)
    assert one is not None
    assert one.verdict == "consistent"
    assert "N = 2" in one.note


@pytest.mark.parametrize("item", [scalar(None, 0.4, 0.6), scalar(0.5, 0.4, float("nan"))])
def test_a_margin_needs_numbers(item: Compared) -> None:
    one = judged(item, "metrics", 10.0)
    assert one is not None
    assert (one.verdict, one.deterministic) == ("diverged", False)
    assert "not finite" in one.note


# The laws, from fingerprints to the verdict of one metric.

shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
numbers = st.floats(-2, 2) | st.sampled_from([0.0, 1.0, 1.0 + 1e-8, float("nan"), float("inf")])
several = st.lists(numbers, min_size=1, max_size=4)
NAME = "m.json#/a"


@pytest.fixture(scope="session")
def judge_metric(make_fingerprint: Make, tmp_path_factory: Any) -> Callable[..., Item]:
    objects = Objects(tmp_path_factory.mktemp("objects"))

    def find(policy: Policy, *values: float) -> Item:
        runs = [make_fingerprint(metrics={NAME: value}) for value in values]
        comparison = compare(runs[0], tuple(runs[1:]), objects, policy)
        return next(item for item in judge(comparison, policy).items if item.name == NAME)

    return find


def rank(item: Item) -> int:
    return ORDER.index(item.verdict)


def policy_of(*, margin: float | None = None, absolute: float = 0.0) -> Policy:
    margins = () if margin is None else (Margin(match="/a", margin=margin),)
    return Policy(tolerances=(Rule(match="*", absolute=absolute),), margins=margins)


@shared
@given(numbers, st.integers(1, 4))
def test_a_run_is_identical_to_itself(judge_metric: Any, value: float, count: int) -> None:
    assert judge_metric(Policy(), *[value] * (count + 1)).verdict == "identical"


@shared
@given(st.floats(-2, 2), st.floats(0, 2), several, st.none() | st.floats(0, 5), st.floats(0, 1))
def test_an_original_further_away_never_improves(
    judge_metric: Any,
    near: float,
    more: float,
    replays: list[float],
    margin: float | None,
    absolute: float,
) -> None:
    finite = [value for value in replays if abs(value) <= 2] or [0.0]
    policy = policy_of(margin=margin, absolute=absolute)
    # Beyond all replays, on one side of them: further away from each.
    top = max(finite)
    one = judge_metric(policy, top + abs(near), *finite)
    other = judge_metric(policy, top + abs(near) + more, *finite)
    assert rank(other) >= rank(one)


@shared
@given(numbers, several, st.floats(0, 5), st.floats(0, 5))
def test_a_wider_margin_never_worsens(
    judge_metric: Any, original: float, replays: list[float], margin: float, more: float
) -> None:
    one = judge_metric(policy_of(margin=margin), original, *replays)
    other = judge_metric(policy_of(margin=margin + more), original, *replays)
    assert rank(other) <= rank(one)


@shared
@given(numbers, several, st.floats(0, 1), st.floats(0, 5))
def test_a_wider_tolerance_never_worsens(
    judge_metric: Any, original: float, replays: list[float], absolute: float, more: float
) -> None:
    # Without a margin: with one, replays that a wider tolerance lets agree with each other, and
    # not with the original, are no spread any more, which the table's fourth row says first.
    one = judge_metric(policy_of(absolute=absolute), original, *replays)
    other = judge_metric(policy_of(absolute=absolute + more), original, *replays)
    assert rank(other) <= rank(one)


@shared
@given(numbers, numbers)
def test_swapping_original_and_replay_keeps_the_verdict(
    judge_metric: Any, a: float, b: float
) -> None:
    one, other = judge_metric(Policy(), a, b), judge_metric(Policy(), b, a)
    assert one.verdict == other.verdict
    assert one.magnitude == other.magnitude
