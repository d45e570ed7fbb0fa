"""What fed replays add to the causes."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.explain.entropy import FACTOR, Ordinary, Tried, evidence, not_tried
from auditor.model.audit import Attempt, Cause, Item, Levels
from auditor.model.comparison import Compared, Comparison, Relations, Side
from auditor.model.facts import Entropy, Fed

UNSEEDED = Cause(factor=FACTOR, status="candidate", evidence="drew 3x", fix="seed it")
CLOCK = Cause(factor="time.clock", status="candidate", evidence="a date", fix="leave it out")


def item(name: str, verdict: Any, **more: Any) -> Item:
    levels = Levels(bytes=verdict, values=verdict)
    return Item(kind="file", name=name, verdict=verdict, levels=levels, **more)


def compared(name: str, *relations: Any) -> Compared:
    side = Side(state="recorded", value="x")
    to_original = tuple(Relations(bytes="different", values=one) for one in relations)
    return Compared(
        kind="file",
        name=name,
        names=(name,),
        original=side,
        replays=(side,) * len(relations),
        to_original=to_original,
        to_first=(),
    )


def ordinary(*items: Item, relations: tuple[str, ...] = ("different", "different")) -> Ordinary:
    rows = tuple(compared(one.name, *relations) for one in items)
    comparison = Comparison(replays=len(relations), items=rows, environment=(), unverified=())
    return Ordinary(comparison=comparison, items=items)


@pytest.fixture
def tried(make_fingerprint: Any) -> Any:
    """Return what two fed replays came to."""

    def make(
        *items: Item, used: int = 7, fresh: int = 0, completed: tuple[bool, ...] = (True, True)
    ) -> Tried:
        fed = Fed(used=used, offered=7, fresh=fresh)
        run = make_fingerprint(entropy=Entropy(digest=None, fed=fed))
        attempts = tuple(
            Attempt(number=number, completed=one, reason="" if one else "it was killed")
            for number, one in enumerate(completed, 1)
        )
        return Tried(attempts=attempts, replays=(run,) * sum(completed), items=items)

    return make


DIVERGED = (item("means.npy", "diverged"), item("a.json", "diverged"))
SAME = (item("means.npy", "identical"), item("a.json", "identical"))


def test_what_every_fed_replay_gives_back_is_confirmed(tried: Any) -> None:
    causes, experiment = evidence((CLOCK, UNSEEDED), ordinary(*DIVERGED), tried(*SAME))
    assert [cause.status for cause in causes] == ["confirmed", "candidate"]
    assert causes[0].factor == FACTOR
    assert causes[0].evidence == (
        "drew 3x; repeats exactly with its recorded entropy: 2 of 2 replays that were fed what the "
        "original drew (7 of 7 values) gave the same results, where 2 of 2 ordinary ones did not; "
        "that is not reproducible"
    )
    assert experiment.items == {"file:means.npy": "identical", "file:a.json": "identical"}
    assert experiment.result in causes[0].evidence
    assert [attempt.completed for attempt in experiment.attempts] == [True, True]


def test_other_bytes_with_the_same_values_are_no_exact_repeat(tried: Any) -> None:
    same = (SAME[0], item("a.json", "equivalent"))
    causes, _ = evidence((UNSEEDED,), ordinary(*DIVERGED), tried(*same))
    assert causes[0].status == "confirmed"
    assert "repeats with the same values" in causes[0].evidence


def test_an_ordinary_replay_that_was_the_same_is_not_counted(tried: Any) -> None:
    plain = ordinary(*DIVERGED, relations=("within", "different"))
    causes, _ = evidence((UNSEEDED,), plain, tried(*SAME))
    assert "where 1 of 2 ordinary ones did not" in causes[0].evidence


def test_what_is_not_given_back_is_named(tried: Any) -> None:
    part = (SAME[0], item("a.json", "diverged"))
    causes, experiment = evidence((UNSEEDED, CLOCK), ordinary(*DIVERGED), tried(*part, used=5))
    assert [cause.status for cause in causes] == ["candidate", "candidate"]
    assert "(5 of 7 values)" in causes[0].evidence
    assert causes[0].evidence.endswith("; a.json is not explained by it")
    assert "gave the same means.npy" in experiment.result
    causes, _ = evidence((UNSEEDED,), ordinary(*DIVERGED), tried(*DIVERGED, fresh=3))
    assert causes[0].status == "candidate"
    assert causes[0].evidence.endswith("did not give the original's means.npy, a.json back")
    assert "(7 of 7 values, and 3 that were not recorded)" in causes[0].evidence


def test_one_that_did_not_complete_keeps_it_a_candidate(tried: Any) -> None:
    causes, experiment = evidence(
        (UNSEEDED,), ordinary(*DIVERGED), tried(*SAME, completed=(True, False))
    )
    assert causes[0].status == "candidate"
    assert "1 of 2 replays" in experiment.result
    causes, experiment = evidence((UNSEEDED,), ordinary(*DIVERGED), tried(completed=(False, False)))
    assert causes == (UNSEEDED,)
    assert experiment.result == "no fed replay completed: it was killed"


def test_what_nothing_was_seen_of_is_a_cause_once_it_is_confirmed(tried: Any) -> None:
    causes, _ = evidence((), ordinary(*DIVERGED), tried(*SAME))
    assert [cause.factor for cause in causes] == [FACTOR]
    assert causes[0].fix
    assert evidence((), ordinary(*DIVERGED), tried(*DIVERGED))[0] == ()


def test_nothing_is_blamed_where_nothing_that_counts_diverged(tried: Any) -> None:
    quiet = (item("a.json", "identical"), item("log.txt", "diverged", counted=False))
    causes, experiment = evidence((), ordinary(*quiet), tried(*SAME))
    assert causes == ()
    assert "nothing had to be explained" in experiment.result


def test_folders_that_were_folded_otherwise_are_the_same(tried: Any) -> None:
    folded = item("runs/", "diverged", count=50)
    causes, _ = evidence((UNSEEDED,), ordinary(folded), tried(item("runs/", "identical", count=60)))
    assert causes[0].status == "confirmed"
    other = tried(item("runs/a/", "identical"), item("stray", "diverged"))
    causes, _ = evidence((UNSEEDED,), ordinary(folded), other)
    assert causes[0].status == "candidate"


def test_why_none_was_tried() -> None:
    assert not_tried("nothing was drawn").result == "no replay was fed: nothing was drawn"
    assert not_tried("x").attempts == ()
