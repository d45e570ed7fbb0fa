from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.judge.interval import Spread
from auditor.judge.table import judged
from auditor.model.comparison import Compared, Side

MakeCompared = Callable[..., Compared]


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
    found = judged(make_file(outward, inward), "values")
    assert found is not None
    assert (found.verdict, found.deterministic) == (verdict, deterministic)


def test_a_question_that_does_not_apply_has_no_answer(make_file: MakeCompared) -> None:
    assert judged(make_file(["same"], known=False), "values") is None
    assert judged(make_file(["same"]), "metrics") is None
    assert judged(make_file(["same"]), "decisions") is None


def test_what_was_not_recorded_is_named(make_file: MakeCompared) -> None:
    lost = Side(state="unrecorded", reason="permission denied")
    one = judged(make_file(["unknown"], original=lost), "values")
    assert one is not None
    assert one.note == "not recorded of the original: permission denied"
    here = Side(state="recorded", value="x")
    one = judged(make_file(["same", "unknown"], ["unknown"], replays=(here, lost)), "bytes")
    assert one is not None
    assert one.note == "not recorded of replay 2 (permission denied)"


def test_without_replays_nothing_is_decided(make_file: MakeCompared) -> None:
    for level, answered in (("bytes", True), ("values", True), ("metrics", False)):
        found = judged(make_file([]), level)  # type: ignore[arg-type]
        assert (found is not None) == answered
        assert found is None or found.verdict == "inconclusive"


OPEN = Spread(verdict="inconclusive", note="told")
CONSISTENT = Spread(verdict="consistent", note="told")
APART = Spread(verdict="diverged", note="told")


@pytest.mark.parametrize(
    ("outward", "inward", "spread", "verdict", "deterministic"),
    [
        (["different", "different"], ["different"], CONSISTENT, "consistent", False),
        (["different", "different"], ["different"], OPEN, "inconclusive", False),
        (["different", "different"], ["different"], APART, "diverged", False),
        (["within", "within"], ["within"], APART, "equivalent", None),
        # Replays agree within tolerance, not with the original: what their spread leaves open
        # stays open, what it does not is row four.
        (["different", "different"], ["within"], APART, "diverged", True),
        (["different", "different"], ["within"], OPEN, "inconclusive", False),
        (["different", "different"], ["within"], CONSISTENT, "consistent", False),
        (["different", "unknown", "different"], ["unknown", "within"], APART, "diverged", None),
    ],
)
def test_rows_with_a_margin(
    make_file: MakeCompared,
    outward: Any,
    inward: Any,
    spread: Spread,
    verdict: str,
    deterministic: Any,
) -> None:
    found = judged(make_file(outward, inward), "values", spread)
    assert found is not None
    assert (found.verdict, found.deterministic) == (verdict, deterministic)
    assert found.beyond_spread == (found.verdict == spread.verdict == "diverged")


def test_a_margin_makes_no_pass_where_a_replay_is_not_known(make_file: MakeCompared) -> None:
    lost = Side(state="unrecorded", reason="lost")
    here = Side(state="recorded", value=1.0)
    item = make_file(
        ["different", "unknown", "different"],
        ["unknown", "different"],
        replays=(here, lost, here),
    )
    found = judged(item, "values", CONSISTENT)
    assert found is not None
    assert (found.verdict, found.deterministic) == ("inconclusive", None)
    assert found.note == "told; not recorded of replay 2 (lost)"
