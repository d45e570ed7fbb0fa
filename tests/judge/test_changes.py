from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.judge import changes
from auditor.model.policy import Margin, Policy, PolicyChange, Rule, SeverityRule, Tolerance

TIGHT, LOOSE = Tolerance(relative=0.0, absolute=0.0), Tolerance(relative=0.1, absolute=0.0)


def told(before: Policy, after: Policy) -> list[tuple[str, str]]:
    return [(one.effect, one.text) for one in changes(before, after)]


def both_ways(one: Policy, other: Policy, looser: str, tighter: str) -> None:
    """Say what going from ``one`` to ``other`` is called, and what going back is."""
    assert told(one, other) == [("looser", looser)]
    assert told(other, one) == [("tighter", tighter)]


def test_the_same_policy_did_not_change() -> None:
    assert changes(Policy(), Policy()) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("bytes", "values"), ("values", "metrics"), ("values", "decisions"), ("bytes", "metrics")],
)
def test_the_question_that_decides(one: Any, other: Any) -> None:
    both_ways(
        Policy(require=one),
        Policy(require=other),
        f"the question that decides was lowered from {one} to {other}",
        f"the question that decides was raised from {other} to {one}",
    )


def test_metrics_and_decisions_are_two_questions() -> None:
    text = "the question that decides was changed from metrics to decisions"
    assert told(Policy(require="metrics"), Policy(require="decisions")) == [("other", text)]


def test_the_tolerance_of_a_type() -> None:
    both_ways(
        Policy(float64=TIGHT),
        Policy(float64=LOOSE),
        "the tolerance of float64 went from relative 0, absolute 0 to relative 0.1, absolute 0",
        "the tolerance of float64 went from relative 0.1, absolute 0 to relative 0, absolute 0",
    )


def test_wider_in_one_way_and_narrower_in_another_is_looser() -> None:
    one = Policy(float64=Tolerance(relative=0.0, absolute=1.0))
    assert [effect for effect, _text in told(one, Policy(float64=LOOSE))] == ["looser"]
    normed = Policy(float64=Tolerance(relative=0.1, absolute=0.0, norm=0.5))
    effect, text = told(Policy(float64=LOOSE), normed)[0]
    assert effect == "looser"
    assert text.endswith("to relative 0.1, absolute 0, norm 0.5")


def test_a_rule_is_held_against_what_applied_before() -> None:
    before = Policy(tolerances=(Rule(match="*.npy", relative=1e-3),))
    narrower = Policy(tolerances=(*before.tolerances, Rule(match="a.npy", relative=1e-6)))
    both_ways(
        narrower,
        before,
        "the tolerance of a.npy went from relative 1e-06, absolute 0 to relative 0.001, absolute 0",
        "the tolerance of a.npy went from relative 0.001, absolute 0 to relative 1e-06, absolute 0",
    )
    assert told(Policy(), before) == [
        (
            "looser",
            "the tolerance of *.npy went from that of its type to relative 0.001, absolute 0",
        )
    ]
    zero = Policy(tolerances=(Rule(match="*"),))
    assert told(Policy(), zero) == [
        ("tighter", "the tolerance of * went from that of its type to relative 0, absolute 0")
    ]


def test_another_order_of_rules_may_allow_more() -> None:
    rules = (Rule(match="*b", relative=1e-3), Rule(match="a*", relative=1e-9))
    assert told(Policy(tolerances=rules), Policy(tolerances=rules[::-1])) == [
        ("looser", "the order of the tolerances changed, of which the last wins: *b, a* → a*, *b")
    ]
    hidden = Policy(tolerances=(*rules, rules[0], Rule(match="c", relative=0.0)))
    assert tuple(effect for effect, _text in told(Policy(tolerances=rules), hidden)) == (
        "looser",
        "tighter",
    )


def test_margins() -> None:
    one, other = (Policy(margins=(Margin(match="/a", margin=m),)) for m in (0.1, 0.5))
    both_ways(
        one,
        other,
        "the margin for /a went from 0.1 to 0.5",
        "the margin for /a went from 0.5 to 0.1",
    )
    both_ways(
        Policy(), one, "a margin of 0.1 appeared for /a", "the margin of 0.1 for /a was removed"
    )


def test_masks() -> None:
    both_ways(
        Policy(masks=()),
        Policy(masks=("uuid",)),
        "in text, each uuid is hidden",
        "in text, each uuid is no longer hidden",
    )


def test_what_counts() -> None:
    both_ways(
        Policy(),
        Policy(ignore=("logs/*",)),
        "what matches logs/* no longer counts",
        "what matches logs/* counts again",
    )
    both_ways(
        Policy(),
        Policy(count=("m.json*",)),
        "nothing but m.json* counts any more",
        "everything counts, no longer only m.json*",
    )
    both_ways(
        Policy(count=("a", "b")),
        Policy(count=("a",)),
        "what matches b no longer counts",
        "what matches b counts as well",
    )


def test_decisions() -> None:
    both_ways(
        Policy(decisions=("verdict",)),
        Policy(),
        "what verdict names is no longer compared as decisions",
        "what verdict names is compared as decisions",
    )


def test_severities_and_names_loosen_nothing() -> None:
    rule = SeverityRule(match="a.*", severity="minor")
    assert told(Policy(), Policy(severities=(rule,), name="x")) == [
        ("other", "the severity of a.* went from that of its kind to minor"),
        ("other", "it was called 'default' and is called 'x'"),
    ]


def test_the_looser_come_first() -> None:
    after = Policy(require="bytes", ignore=("a",), name="x")
    assert [effect for effect, _text in told(Policy(), after)] == ["looser", "tighter", "other"]


globs = st.sampled_from(["*", "a", "b*", "a.npy", "*.npy"])
sizes = st.sampled_from([0.0, 1e-6, 0.5])
policies = st.builds(
    Policy,
    require=st.sampled_from(["bytes", "values", "metrics", "decisions"]),
    float64=st.builds(Tolerance, relative=sizes, absolute=sizes),
    tolerances=st.lists(
        st.builds(Rule, match=globs, relative=sizes, norm=st.none() | sizes), max_size=3
    ).map(tuple),
    margins=st.lists(st.builds(Margin, match=globs, margin=sizes), max_size=3).map(tuple),
    masks=st.lists(st.sampled_from(["uuid", "time"]), unique=True, max_size=2).map(tuple),
    ignore=st.lists(globs, max_size=2).map(tuple),
    count=st.lists(globs, max_size=2).map(tuple),
)


@given(policies, policies)
def test_no_change_goes_unsaid(one: Policy, other: Policy) -> None:
    assert bool(changes(one, other)) == (one != other)


@given(policies, sizes, globs)
def test_what_only_widens_is_never_called_tighter(policy: Policy, more: float, glob: str) -> None:
    from msgspec.structs import replace  # noqa: PLC0415

    wide = Tolerance(
        relative=policy.float64.relative + more, absolute=policy.float64.absolute + more
    )
    after = replace(policy, float64=wide, ignore=(*policy.ignore, glob), masks=("time", "uuid"))
    found: tuple[PolicyChange, ...] = changes(policy, after)
    assert all(one.effect != "tighter" for one in found)
