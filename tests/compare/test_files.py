"""Decisions, where the bytes of a pair do not tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.compare import compare
from auditor.judge import Judgement, judge
from auditor.model.comparison import Compared
from auditor.model.files import File
from auditor.model.policy import Policy
from auditor.store.objects import Objects

Make = Callable[..., Any]
DECISIONS = Policy(require="decisions")
SAME, OTHER = '{"labels": [1, 2], "loss": 0.5}', '{"labels": [1, 3], "loss": 0.5}'
SAME_BUT = '{"labels": [1, 2], "loss": 0.7}'


@pytest.fixture
def runs(make_fingerprint: Make, objects: Objects) -> Callable[..., tuple[Compared, Judgement]]:
    """Compare and judge runs that left these contents (``None``: no such file) in one file."""

    def find(*contents: Any, policy: Policy, name: str = "p.json") -> tuple[Compared, Judgement]:
        made = [
            make_fingerprint(objects, outputs={} if content is None else {name: content})
            for content in contents
        ]
        comparison = compare(made[0], tuple(made[1:]), objects, policy)
        (item,) = [one for one in comparison.items if one.name == name]
        return item, judge(comparison, policy)

    return find


Runs = Callable[..., tuple[Compared, Judgement]]


def relations(item: Compared) -> list[str | None]:
    return [pair.decisions for pair in (*item.to_original, *item.to_first)]


def test_equal_bytes_answer_for_the_decisions_in_them(runs: Runs) -> None:
    item, found = runs(SAME, SAME, SAME, policy=DECISIONS)
    assert relations(item) == ["same"] * 3
    assert found.verdict == "identical"


def test_equal_bytes_without_decisions_answer_nothing(runs: Runs) -> None:
    item, found = runs('{"loss": 1}', '{"loss": 1}', policy=DECISIONS)
    assert relations(item) == [None]
    assert found.verdict == "inconclusive"
    assert "nothing that counts answers for decisions" in found.reason


def test_nothing_is_looked_into_where_nobody_asks(runs: Runs) -> None:
    item, _found = runs(SAME, SAME, policy=Policy())
    assert relations(item) == [None]


@pytest.mark.parametrize("policy", [Policy(), DECISIONS])
def test_one_replay_with_equal_bytes_and_one_without(runs: Runs, policy: Policy) -> None:
    item, found = runs(SAME, SAME, SAME_BUT, policy=policy)
    assert relations(item) == ["same", "same", "same"]
    assert found.levels.decisions == "identical"
    item, found = runs(SAME, OTHER, SAME, policy=policy)
    assert relations(item) == ["different", "same", "different"]
    assert found.levels.decisions == "diverged"


def test_a_file_of_decisions_that_is_missing_differs(runs: Runs) -> None:
    for contents in ((SAME, None), (None, SAME)):
        item, found = runs(*contents, policy=DECISIONS)
        assert relations(item) == ["different"]
        assert found.verdict == "diverged"


def test_decisions_that_are_gone_from_the_file_differ(runs: Runs) -> None:
    item, found = runs(SAME, "[0.5]", policy=DECISIONS)
    assert relations(item) == ["different"]
    assert found.verdict == "diverged"


def test_decisions_that_were_not_recorded_are_open(runs: Runs) -> None:
    lost = File(path="p.json", digest=None, size=None, reason="permission denied")
    item, found = runs(SAME, lost, policy=DECISIONS)
    assert relations(item) == ["unknown"]
    assert found.verdict == "inconclusive"


def test_what_cannot_be_looked_into_is_said(
    runs: Runs, make_fingerprint: Make, tmp_path: Any
) -> None:
    run = make_fingerprint(None, outputs={"p.json": SAME})
    comparison = compare(run, (run,), Objects(tmp_path / "none"), DECISIONS)
    (item,) = [one for one in comparison.items if one.name == "p.json"]
    assert relations(item) == [None]
    assert item.notes == ("whether it holds decisions is not known: its content was not kept",)
    deep = "[" * 5000 + "]" * 5000
    item, _found = runs(deep, deep, policy=DECISIONS)
    assert "whether it holds decisions is not known" in item.notes[0]


def test_what_is_not_of_its_kind_holds_none(runs: Runs) -> None:
    item, found = runs("{", "{", policy=DECISIONS)
    assert relations(item) == [None]
    assert found.verdict == "inconclusive"
