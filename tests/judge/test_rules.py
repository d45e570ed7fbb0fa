from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.judge import graded, judge, settled
from auditor.judge.items import item_of
from auditor.model.audit import Divergence
from auditor.model.comparison import Compared, Comparison, Relations, Side
from auditor.model.policy import Margin, Policy, SeverityRule

MakeCompared = Callable[..., Compared]


def comparison(*items: Compared) -> Comparison:
    return Comparison(replays=len(items[0].replays), items=items, environment=(), unverified=())


def metric(original: float, *replays: float) -> Compared:
    different = Relations(values="different", metrics="different")
    return Compared(
        kind="metric",
        name="m.json#/a",
        names=("m.json#/a", "/a"),
        original=Side(state="recorded", value=original),
        replays=tuple(Side(state="recorded", value=one) for one in replays),
        to_original=(different,) * len(replays),
        to_first=(different,) * (len(replays) - 1),
    )


def test_only_what_is_named_counts(make_file: MakeCompared) -> None:
    policy = Policy(count=("a.*", "m.json#*"))
    assert item_of(make_file(["same"]), policy).counted
    other = item_of(make_file(["same"], name="b.json"), policy)
    assert not other.counted
    assert other.note == "not among what the policy counts: a.*, m.json#*"
    assert item_of(metric(0.1, 0.2), policy).counted


def test_ignoring_goes_before_counting(make_file: MakeCompared) -> None:
    item = item_of(make_file(["same"]), Policy(count=("a.*",), ignore=("a.json",)))
    assert not item.counted


def test_how_the_run_ended_counts_unless_it_is_ignored(make_file: MakeCompared) -> None:
    status = make_file(["same"], kind="exit-status", name="exit-status")
    assert item_of(status, Policy(count=("a.*",))).counted
    assert not item_of(status, Policy(ignore=("exit-status",))).counted


def test_stderr_is_not_counted_even_by_name(make_file: MakeCompared) -> None:
    item = item_of(make_file(["same"], kind="stderr", name="stderr"), Policy(count=("stderr",)))
    assert not item.counted


@pytest.mark.parametrize(
    ("match", "severity"),
    [("*", "minor"), ("a.json", "minor"), ("file:a.json", "minor"), ("b.json", "major")],
)
def test_severities(make_file: MakeCompared, match: str, severity: str) -> None:
    rules = (SeverityRule(match="*", severity="info"), SeverityRule(match=match, severity="minor"))
    policy = Policy(severities=rules[1:])
    found = judge(comparison(make_file(["different"])), policy)
    assert [one.severity for one in found.divergences] == [severity]


def test_the_last_severity_wins_and_what_does_not_count_is_told_only(
    make_file: MakeCompared,
) -> None:
    rules = (
        SeverityRule(match="*", severity="info"),
        SeverityRule(match="a.*", severity="critical"),
    )
    found = judge(comparison(make_file(["different"])), Policy(severities=rules))
    assert found.divergences[0].severity == "critical"
    found = judge(
        comparison(make_file(["different"])), Policy(severities=rules, ignore=("a.json",))
    )
    assert found.divergences[0].severity == "info"


def test_severities_of_the_surroundings() -> None:
    one = Divergence(
        area="dependency",
        subject="dependency:numpy",
        change="changed",
        before="1",
        after=("2",),
        severity="minor",
    )
    policy = Policy(severities=(SeverityRule(match="dependency:*", severity="critical"),))
    assert [found.severity for found in graded([one], policy)] == ["critical"]
    assert graded([one], Policy()) == (one,)


def test_rules_that_hold_for_nothing_are_named(make_file: MakeCompared) -> None:
    policy = Policy(
        margins=(Margin(match="/a", margin=1), Margin(match="/b", margin=1)),
        count=("a.json", "none", "*"),
    )
    found = judge(comparison(make_file(["same", "same"]), metric(0.1, 0.2, 0.3)), policy)
    assert {one.subject for one in found.unverified if ":" in one.subject} >= {
        "margin:/b",
        "count:none",
    }
    assert not {"margin:/a", "count:a.json"} & {one.subject for one in found.unverified}


SPREAD = Policy(margins=(Margin(match="/a", margin=0.5),))


@pytest.mark.parametrize(
    ("items", "policy", "done"),
    [
        ([["same", "same"]], Policy(), True),
        ([["within", "same"]], Policy(), True),
        ([["different", "different"]], Policy(), True),
        ([["unknown", "unknown"]], Policy(), True),
        ([(0.1, 0.3, 0.7)], Policy(), True),
        ([(0.1, 0.3, 0.7)], SPREAD, False),
        ([(0.5, 0.500001, 0.499999)], SPREAD, True),
        ([(90.0, 0.3, 0.4)], SPREAD, True),
        ([(0.1, 0.3, 0.7), ["same", "same"]], SPREAD, False),
        ([(0.1, 0.3, 0.7), ["different", "same"]], SPREAD, True),
        ([(0.1, 0.3, 0.7)], Policy(margins=SPREAD.margins, ignore=("/a",)), True),
    ],
)
def test_when_more_replays_are_not_needed(
    make_file: MakeCompared, items: list[Any], policy: Policy, *, done: bool
) -> None:
    def made(one: Any) -> Compared:
        if isinstance(one, tuple):
            return metric(*one)
        inward = ["different" if "different" in one else "same"]
        return make_file(one, inward)

    assert settled(judge(comparison(*map(made, items)), policy)) is done
