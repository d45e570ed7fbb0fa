from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare import compare
from auditor.judge import Judgement, judge
from auditor.judge.verdict import audit_verdict
from auditor.model.audit import Item
from auditor.model.policy import Margin, Policy, Rule
from auditor.store.objects import Objects

Make = Callable[..., Any]
ORDER = ["identical", "equivalent", "consistent", "inconclusive", "diverged"]

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
@given(numbers, numbers)
def test_swapping_original_and_replay_keeps_the_verdict(
    judge_metric: Any, a: float, b: float
) -> None:
    one, other = judge_metric(Policy(), a, b), judge_metric(Policy(), b, a)
    assert one.verdict == other.verdict
    assert one.magnitude == other.magnitude


# The laws of a whole audit: several metrics, some with a margin, any tolerances.


class Given:
    """Metrics, each an original and its replays, with tolerance and margin of their own."""

    def __init__(
        self,
        rows: list[tuple[float, ...]],
        tolerances: list[float],
        margins: list[float | None],
        looks: int = 1,
        ignore: tuple[str, ...] = (),
    ) -> None:
        self.rows = rows
        self.tolerances = tolerances
        self.margins = margins
        self.looks = looks
        self.ignore = ignore

    @property
    def policy(self) -> Policy:
        declared = enumerate(self.margins)
        return Policy(
            require="metrics",
            ignore=self.ignore,
            tolerances=tuple(
                Rule(match=f"/{n}", absolute=bound) for n, bound in enumerate(self.tolerances)
            ),
            margins=tuple(Margin(match=f"/{n}", margin=m) for n, m in declared if m is not None),
        )

    def changed(self, **members: Any) -> Given:
        return Given(**{**vars(self), **members})


close = st.sampled_from([0.0, 1e-9, 1e-3, 0.5, 1.0, 1.5, 2.0, 1.7e308]) | st.floats(-2, 2)
bounds = st.sampled_from([0.0, 1e-6, 0.1]) | st.floats(0, 3)


@st.composite
def audits(draw: st.DrawFn) -> Given:
    count = draw(st.integers(1, 4))
    replays = draw(st.integers(1, 4))
    one = st.lists(close, min_size=replays + 1, max_size=replays + 1).map(tuple)

    def each(what: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(what, min_size=count, max_size=count))

    return Given(
        each(one), each(bounds), each(st.none() | bounds), draw(st.sampled_from([1, 1, 9]))
    )


@pytest.fixture(scope="session")
def judge_all(make_fingerprint: Make, tmp_path_factory: Any) -> Callable[..., Judgement]:
    objects = Objects(tmp_path_factory.mktemp("objects"))

    def find(made: Given) -> Judgement:
        runs = [
            make_fingerprint(metrics={f"m.json#/{n}": row[side] for n, row in enumerate(made.rows)})
            for side in range(len(made.rows[0]))
        ]
        comparison = compare(runs[0], tuple(runs[1:]), objects, made.policy)
        return judge(comparison, made.policy, looks=made.looks)

    return find


def no_worse(one: Judgement, other: Judgement) -> None:
    """Say that neither the audit nor any item of it became worse."""
    assert rank(other) <= rank(one)
    for before, after in zip(one.items, other.items, strict=True):
        assert rank(after) <= rank(before), after.name


@shared
@given(audits(), st.data())
def test_no_wider_tolerance_worsens_anything(
    judge_all: Any, made: Given, data: st.DataObject
) -> None:
    more = data.draw(st.lists(bounds, min_size=len(made.rows), max_size=len(made.rows)))
    wider = [a + b for a, b in zip(made.tolerances, more, strict=True)]
    no_worse(judge_all(made), judge_all(made.changed(tolerances=wider)))


@shared
@given(audits(), st.data())
def test_no_wider_or_new_margin_worsens_anything(
    judge_all: Any, made: Given, data: st.DataObject
) -> None:
    more = data.draw(st.lists(bounds, min_size=len(made.rows), max_size=len(made.rows)))
    wider = [more[n] if m is None else m + more[n] for n, m in enumerate(made.margins)]
    no_worse(judge_all(made), judge_all(made.changed(margins=wider)))


@pytest.mark.slow
@shared
@given(audits(), st.floats(0, 50), st.floats(0, 50), st.data())
def test_no_original_that_moves_away_improves_anything(
    judge_all: Any, made: Given, near: float, more: float, data: st.DataObject
) -> None:
    index = data.draw(st.sampled_from(range(len(made.rows))))
    replays = made.rows[index][1:]

    def moved(by: float) -> Given:
        # Beyond all replays, on one side of them: further away from each.
        rows = [*made.rows]
        rows[index] = (max(replays) + by, *replays)
        return made.changed(rows=rows)

    no_worse(judge_all(moved(near + more)), judge_all(moved(near)))


@shared
@given(audits(), st.randoms(use_true_random=False))
def test_neither_order_nor_surroundings_decide(
    judge_all: Any, made: Given, chance: random.Random
) -> None:
    order = list(range(len(made.rows)))
    chance.shuffle(order)
    shuffled = Given(
        [made.rows[n] for n in order],
        [made.tolerances[n] for n in order],
        [made.margins[n] for n in order],
        made.looks,
    )
    one, other = judge_all(made), judge_all(shuffled)
    assert one.verdict == other.verdict
    assert sorted(rank(item) for item in one.items) == sorted(rank(item) for item in other.items)


@shared
@given(audits())
def test_the_verdict_is_a_function_of_items_and_policy(judge_all: Any, made: Given) -> None:
    found = judge_all(made)
    replays = len(made.rows[0]) - 1
    again = audit_verdict(found.items, made.policy, completed=replays, asked=replays)
    assert again == (found.verdict, found.reason)


@shared
@given(audits())
def test_what_is_ignored_changes_no_other_verdict(judge_all: Any, made: Given) -> None:
    first = made.changed(
        rows=made.rows[:1], tolerances=made.tolerances[:1], margins=made.margins[:1]
    )
    ignoring = made.changed(ignore=("/1", "/2", "/3"))
    assert judge_all(ignoring).verdict == judge_all(first).verdict


def test_replays_that_a_wider_tolerance_lets_agree_stay_a_spread(judge_all: Any) -> None:
    # The case of the law: consistent by its spread, then replays within tolerance of each other
    # and not of the original.
    rows = [(0.04, 0.0, 0.02)]
    one = judge_all(Given(rows, [0.001], [10.0]))
    other = judge_all(Given(rows, [0.03], [10.0]))
    assert [item.verdict for item in one.items if item.kind == "metric"] == ["consistent"]
    assert [item.verdict for item in other.items if item.kind == "metric"] == ["consistent"]
