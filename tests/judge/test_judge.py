from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare import compare
from auditor.judge import judge
from auditor.judge.items import item_of
from auditor.judge.verdict import audit_verdict, worst_levels
from auditor.model.audit import Attempt, Item, Levels, Verdict
from auditor.model.comparison import Compared, Comparison, Relations, Side
from auditor.model.facts import Exit
from auditor.model.policy import Margin, Policy
from auditor.store.objects import Objects

MakeCompared = Callable[..., Compared]
Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("require", "known", "verdict"),
    [
        ("values", True, "equivalent"),
        ("values", False, "diverged"),
        ("bytes", True, "diverged"),
        ("bytes", False, "diverged"),
    ],
)
def test_the_required_level_decides(
    make_file: MakeCompared,
    require: Any,
    known: Any,
    verdict: str,
) -> None:
    relations = [Relations(bytes="different", values="within" if known else None)] * 2
    one = make_file(["within"] * 2, known=known, to_original=tuple(relations))
    item = item_of(one, Policy(require=require))
    assert item.verdict == verdict
    assert item.counted
    assert item.levels.bytes == "diverged"
    assert item.levels.values == ("equivalent" if known else None)


def test_where_metrics_are_required_files_do_not_count(make_file: MakeCompared) -> None:
    item = item_of(make_file(["different"]), Policy(require="metrics"))
    assert not item.counted
    assert "asks for metrics" in item.note


def test_ignored_items_do_not_count_and_say_so(make_file: MakeCompared) -> None:
    item = item_of(make_file(["different"]), Policy(ignore=("*.csv", "a.*")))
    assert not item.counted
    assert item.note == "ignored by the policy: a.*"


def test_stderr_is_shown_and_not_counted(make_file: MakeCompared) -> None:
    item = item_of(make_file(["different"], kind="stderr", name="stderr"), Policy())
    assert not item.counted
    assert item.verdict == "diverged"


def one(verdict: Verdict, **more: Any) -> Item:
    levels = Levels(bytes=verdict, values=verdict)
    members = {"kind": "file", "name": "a", "levels": levels, **more}
    return Item(verdict=verdict, **members)


@pytest.mark.parametrize(
    ("items", "completed", "asked", "verdict"),
    [
        ([one("diverged")], 0, 2, "not-replayed"),
        ([one("diverged"), one("inconclusive")], 1, 2, "diverged"),
        ([one("diverged", counted=False), one("identical")], 2, 2, "identical"),
        ([one("identical")], 1, 2, "inconclusive"),
        ([one("inconclusive"), one("identical")], 2, 2, "inconclusive"),
        ([one("identical", counted=False)], 2, 2, "inconclusive"),
        ([], 2, 2, "inconclusive"),
        ([one("identical"), one("identical")], 2, 2, "identical"),
        ([one("identical"), one("equivalent")], 2, 2, "equivalent"),
        ([one("consistent"), one("equivalent")], 2, 2, "consistent"),
    ],
)
def test_the_first_rule_that_holds(
    items: list[Item], completed: int, asked: int, verdict: str
) -> None:
    found, reason = audit_verdict(tuple(items), Policy(), completed=completed, asked=asked)
    assert found == verdict
    assert reason


def test_an_answer_to_the_required_question_is_needed() -> None:
    status = one("identical", kind="exit-status", levels=Levels(values="identical"))
    found, reason = audit_verdict((status,), Policy(require="metrics"), completed=1, asked=1)
    assert found == "inconclusive"
    assert "metrics" in reason
    found, _reason = audit_verdict((status,), Policy(), completed=1, asked=1)
    assert found == "identical"


@pytest.mark.parametrize(
    ("count", "verdict"),
    [(("nowhere",), "inconclusive"), (("exit-status",), "identical"), (("*",), "identical")],
)
def test_how_it_ended_does_not_pass_for_what_the_policy_counts(
    count: tuple[str, ...], verdict: str
) -> None:
    status = one("identical", kind="exit-status", name="exit-status")
    found, reason = audit_verdict((status,), Policy(count=count), completed=1, asked=1)
    assert found == verdict
    assert reason.endswith("the policy counts only nowhere") == (verdict == "inconclusive")


def test_levels_are_the_worst_of_what_counts() -> None:
    items = (
        one("identical", levels=Levels(bytes="diverged", values="equivalent")),
        one("identical", levels=Levels(values="identical", metrics="consistent")),
        one("diverged", levels=Levels(bytes="inconclusive", values="diverged"), counted=False),
    )
    assert worst_levels(items) == Levels(
        bytes="diverged", values="equivalent", metrics="consistent"
    )
    assert worst_levels(()) == Levels()


verdicts = st.sampled_from([v for v in get_args(Verdict) if v != "not-replayed"])
lists = st.lists(st.builds(one, verdicts, counted=st.booleans()), max_size=5)


@given(lists, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(items: list[Item], chance: Any) -> None:
    shuffled = items.copy()
    chance.shuffle(shuffled)
    before, after = (
        audit_verdict(tuple(each), Policy(), completed=1, asked=1)[0] for each in (items, shuffled)
    )
    assert before == after
    assert worst_levels(tuple(items)) == worst_levels(tuple(shuffled))


@given(lists, verdicts, st.text(max_size=5))
def test_what_does_not_count_changes_nothing(items: list[Item], verdict: Any, note: str) -> None:
    more = (*items, one(verdict, counted=False, note=note))
    assert audit_verdict(tuple(items), Policy(), completed=1, asked=1) == audit_verdict(
        more, Policy(), completed=1, asked=1
    )


def test_outcome_divergences_worst_first(make_fingerprint: Make, objects: Objects) -> None:
    original = make_fingerprint(
        objects,
        outputs={"b.json": "[1]", "gone.txt": "x"},
        metrics={"b.json#/0": 1},
        stdout="1\n",
        stderr="1\n",
    )
    replay = make_fingerprint(
        objects,
        outputs={"b.json": "[2]", "new.txt": "x"},
        metrics={"b.json#/0": 2},
        stdout="2\n",
        stderr="2\n",
        exit=Exit(status="failed", code=1),
    )
    found = judge(compare(original, (replay, replay), objects, Policy()), Policy())
    assert found.verdict == "diverged"
    assert [(one.severity, one.subject, one.change) for one in found.divergences] == [
        ("critical", "exit-status", "changed"),
        ("critical", "metric:b.json#/0", "changed"),
        ("major", "file:b.json", "changed"),
        ("major", "file:gone.txt", "removed"),
        ("major", "file:new.txt", "added"),
        ("major", "stdout", "changed"),
        ("info", "stderr", "changed"),
    ]
    metric = found.divergences[1]
    assert (metric.before, metric.after) == (1, (2, 2))
    assert metric.magnitude is not None
    assert "agree with each other" in metric.note
    assert found.reason.startswith("6 of 6 items differ: exit-status, b.json#/0, b.json and 3 more")


def test_replays_that_disagree(make_fingerprint: Make, objects: Objects) -> None:
    runs = [make_fingerprint(objects, stdout=f"{n}\n") for n in range(3)]
    found = judge(compare(runs[0], (runs[1], runs[2]), objects, Policy()), Policy())
    item = next(item for item in found.items if item.kind == "stdout")
    assert item.deterministic is False
    assert "disagree with each other" in found.divergences[0].note


def test_a_margin_decides_metrics_that_vary(make_fingerprint: Make, objects: Objects) -> None:
    policy = Policy(require="metrics", margins=(Margin(match="*accuracy", margin=0.5),))
    runs = [
        make_fingerprint(
            objects,
            outputs={"m.json": f'{{"accuracy": {value}}}'},
            metrics={"m.json#/accuracy": value},
            stdout=f"{value}\n",
        )
        for value in (0.95, 0.94, 0.96)
    ]
    found = judge(compare(runs[0], tuple(runs[1:]), objects, policy), policy)
    assert found.verdict == "consistent"
    assert found.levels.metrics == "consistent"


def test_an_original_that_was_not_recorded_is_never_a_pass(
    make_fingerprint: Make, objects: Objects
) -> None:
    original = make_fingerprint(objects, outputs={"m.pkl": None})
    replay = make_fingerprint(objects, outputs={"m.pkl": b"x"})
    found = judge(compare(original, (replay,), objects, Policy()), Policy())
    assert found.verdict == "inconclusive"
    assert [one.subject for one in found.unverified] == ["file:m.pkl"]


def test_attempts_that_did_not_complete(make_fingerprint: Make, objects: Objects) -> None:
    run = make_fingerprint(objects)
    attempts = (
        Attempt(number=1, completed=True),
        Attempt(number=2, completed=False, reason="timed out"),
    )
    found = judge(compare(run, (run,), objects, Policy()), Policy(), attempts=attempts)
    assert found.verdict == "inconclusive"
    assert found.reason == "only 1 of 2 replays completed; timed out"
    none = tuple(msgspec.structs.replace(one, completed=False) for one in attempts)
    found = judge(compare(run, (), objects, Policy()), Policy(), attempts=none)
    assert found.verdict == "not-replayed"
    assert {item.verdict for item in found.items} == {"inconclusive"}
    assert not found.divergences


def test_a_partly_lost_item_says_so(make_file: MakeCompared) -> None:
    lost = Side(state="unrecorded", reason="the disk was full")
    here = Side(state="recorded", value="x")
    found = judge(
        Comparison(
            replays=2,
            items=(make_file(["different", "unknown"], ["unknown"], replays=(here, lost)),),
            environment=(),
            unverified=(),
        ),
        Policy(),
    )
    assert found.divergences[0].after == ("x", "not recorded")
    assert found.divergences[0].note == "not recorded of replay 2 (the disk was full)"


def test_one_replay_says_that_it_cannot_tell(make_file: MakeCompared) -> None:
    comparison = Comparison(
        replays=1, items=(make_file(["different"]),), environment=(), unverified=()
    )
    assert "a single other run cannot tell" in judge(comparison, Policy()).divergences[0].note
