"""What changed between two policies, in plain words: looser, tighter, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import chain
from typing import Literal, TypeVar

import msgspec

from auditor.model.policy import (
    Level,
    Margin,
    Policy,
    PolicyChange,
    Rule,
    SeverityRule,
    Tolerance,
)

__all__ = ["changes"]

Effect = Literal["looser", "tighter", "other"]
Ruling = TypeVar("Ruling", Rule, Margin, SeverityRule)

_TYPES = ("float16", "bfloat16", "float32", "float64")
# How much is asked; metrics and decisions are two questions, neither of which holds the other.
_STRICT: dict[Level, int] = {"bytes": 3, "values": 2, "metrics": 1, "decisions": 1}


def changes(before: Policy, after: Policy) -> tuple[PolicyChange, ...]:
    """Return every difference, the looser ones first; none only of equal policies.

    A rule that is new is held against what applied before to the name it gives. What is wider in
    one way and narrower in another is looser, and so is another order of rules: the last that
    matches wins, so it may allow more.
    """
    found = chain(
        _required(before, after),
        *(_by_type(name, before, after) for name in _TYPES),
        _tolerances(before, after),
        _margins(before, after),
        _masks(before, after),
        _globs(before, after),
        _severities(before, after),
        _named(before, after),
    )
    order = ("looser", "tighter", "other")
    told = sorted(found, key=lambda one: order.index(one.effect))
    if not told and before != after:
        told = [_change("other", "the same rules are written in another way")]
    return tuple(told)


def _required(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    if before.require != after.require:
        effect = _effect(_STRICT[before.require], _STRICT[after.require])
        verb = {"looser": "lowered", "tighter": "raised", "other": "changed"}[effect]
        yield _change(
            effect, f"the question that decides was {verb} from {before.require} to {after.require}"
        )


def _by_type(name: str, before: Policy, after: Policy) -> Iterator[PolicyChange]:
    one, other = getattr(before, name), getattr(after, name)
    if _bounds(one) != _bounds(other):
        effect = _wider([(_bounds(one), _bounds(other))])
        yield _change(effect, f"the tolerance of {name} went from {_told(one)} to {_told(other)}")


def _tolerances(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    def allowed(policy: Policy, glob: str) -> tuple[tuple[float, ...], ...]:
        rule = _ruling(policy.tolerances, glob)
        return tuple(_bounds(rule or getattr(policy, name)) for name in _TYPES)

    for glob in _changed(before.tolerances, after.tolerances):
        old, new = _ruling(before.tolerances, glob), _ruling(after.tolerances, glob)
        pairs = list(zip(allowed(before, glob), allowed(after, glob), strict=True))
        told = [_told(rule) if rule else "that of its type" for rule in (old, new)]
        yield _change(_wider(pairs), f"the tolerance of {glob} went from {told[0]} to {told[1]}")
    yield from _order("tolerances", before.tolerances, after.tolerances)


def _margins(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    for glob in _changed(before.margins, after.margins):
        old, new = _ruling(before.margins, glob), _ruling(after.margins, glob)
        effect = _effect(new.margin if new else -1.0, old.margin if old else -1.0)
        if old is None and new is not None:
            text = f"a margin of {new.margin:g} appeared for {glob}"
        elif new is None and old is not None:
            text = f"the margin of {old.margin:g} for {glob} was removed"
        else:
            assert old is not None
            assert new is not None
            text = f"the margin for {glob} went from {old.margin:g} to {new.margin:g}"
        yield _change(effect, text)
    yield from _order("margins", before.margins, after.margins)


def _masks(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    for name in sorted({*before.masks} ^ {*after.masks}):
        added = name in after.masks
        verb = "hidden" if added else "no longer hidden"
        yield _change("looser" if added else "tighter", f"in text, each {name} is {verb}")


def _globs(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    yield from _set(
        before.ignore,
        after.ignore,
        added=("looser", "what matches {} no longer counts"),
        gone=("tighter", "what matches {} counts again"),
    )
    if before.count and after.count:
        yield from _set(
            before.count,
            after.count,
            added=("tighter", "what matches {} counts as well"),
            gone=("looser", "what matches {} no longer counts"),
        )
    elif after.count:
        yield _change("looser", f"nothing but {', '.join(after.count)} counts any more")
    elif before.count:
        yield _change("tighter", f"everything counts, no longer only {', '.join(before.count)}")
    yield from _set(
        before.decisions,
        after.decisions,
        added=("tighter", "what {} names is compared as decisions"),
        gone=("looser", "what {} names is no longer compared as decisions"),
    )


def _severities(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    for glob in _changed(before.severities, after.severities):
        rules = (_ruling(before.severities, glob), _ruling(after.severities, glob))
        old, new = (rule.severity if rule else "that of its kind" for rule in rules)
        yield _change("other", f"the severity of {glob} went from {old} to {new}")


def _named(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    if before.name != after.name:
        yield _change("other", f"it was called {before.name!r} and is called {after.name!r}")


def _set(
    before: tuple[str, ...],
    after: tuple[str, ...],
    *,
    added: tuple[Effect, str],
    gone: tuple[Effect, str],
) -> Iterator[PolicyChange]:
    for globs, others, (effect, words) in ((after, before, added), (before, after, gone)):
        for glob in dict.fromkeys(globs):
            if glob not in others:
                yield _change(effect, words.format(glob))


def _changed(before: tuple[Ruling, ...], after: tuple[Ruling, ...]) -> Iterator[str]:
    """Yield each glob for whose own name another rule holds than before."""
    for glob in dict.fromkeys(rule.match for rule in (*after, *before)):
        if _content(_ruling(before, glob)) != _content(_ruling(after, glob)):
            yield glob


def _ruling(rules: tuple[Ruling, ...], glob: str) -> Ruling | None:
    found = (
        rule for rule in reversed(rules) if rule.match == glob or fnmatchcase(glob, rule.match)
    )
    return next(found, None)


def _content(rule: Rule | Margin | SeverityRule | None) -> object:
    return None if rule is None else msgspec.structs.replace(rule, match="")


def _order(
    what: str, before: tuple[Ruling, ...], after: tuple[Ruling, ...]
) -> Iterator[PolicyChange]:
    one, other = _sequence(before), _sequence(after)
    kept = [[glob for glob in globs if glob in one and glob in other] for globs in (one, other)]
    if kept[0] != kept[1]:
        told = " → ".join(", ".join(globs) for globs in kept)
        yield _change("looser", f"the order of the {what} changed, of which the last wins: {told}")


def _sequence(rules: tuple[Ruling, ...]) -> tuple[str, ...]:
    """Return the globs in the order of the last rule of each, which is the one that wins."""
    return tuple(reversed(dict.fromkeys(rule.match for rule in reversed(rules))))


def _bounds(allowed: Rule | Tolerance) -> tuple[float, float, float]:
    norm = -1.0 if allowed.norm is None else allowed.norm
    return allowed.relative, allowed.absolute, norm


def _wider(pairs: list[tuple[tuple[float, ...], tuple[float, ...]]]) -> Effect:
    bounds = [(a, b) for old, new in pairs for a, b in zip(old, new, strict=True)]
    if any(new > old for old, new in bounds):
        return "looser"
    return "tighter" if any(new < old for old, new in bounds) else "other"


def _effect(wider: float, narrower: float) -> Effect:
    if wider == narrower:
        return "other"
    return "looser" if wider > narrower else "tighter"


def _told(allowed: Rule | Tolerance) -> str:
    norm = "" if allowed.norm is None else f", norm {allowed.norm:g}"
    return f"relative {allowed.relative:g}, absolute {allowed.absolute:g}{norm}"


def _change(effect: Effect, text: str) -> PolicyChange:
    return PolicyChange(effect=effect, text=text)
