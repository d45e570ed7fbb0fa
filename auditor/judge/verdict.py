"""The verdict of the audit: a function of its items, the policy, and how many replays completed."""

from __future__ import annotations

from fnmatch import fnmatchcase

from auditor.model.audit import Item, Levels, Verdict
from auditor.model.policy import Policy

__all__ = ["audit_verdict", "worst_levels"]

_ORDER: tuple[Verdict, ...] = (
    "identical",
    "equivalent",
    "consistent",
    "inconclusive",
    "diverged",
    "not-replayed",
)
_MOST_NAMED = 3


def audit_verdict(
    items: tuple[Item, ...], policy: Policy, *, completed: int, asked: int
) -> tuple[Verdict, str]:
    """Return the verdict, by the first rule that holds, and the reason in a few words."""
    counted = [item for item in items if item.counted]
    if not completed:
        return "not-replayed", "no replay completed"
    diverged = [item for item in counted if item.verdict == "diverged"]
    if diverged:
        differ = f"{_count(diverged)} of {_count(counted)} items differ"
        return "diverged", f"{differ}: {_named(diverged)}"
    if completed < asked:
        return "inconclusive", f"only {completed} of {asked} replays completed"
    open_ = [item for item in counted if item.verdict == "inconclusive"]
    if open_:
        return "inconclusive", f"{_items(_count(open_))} could not be decided: {_named(open_)}"
    if not any(_answers(item, policy) for item in counted):
        only = f"; the policy counts only {', '.join(policy.count)}" if policy.count else ""
        return "inconclusive", f"nothing that counts answers for {policy.require}{only}"
    verdict = max((item.verdict for item in counted), key=_ORDER.index)
    better = "" if verdict == "identical" else " or better"
    return verdict, f"all {_count(counted)} items that count are {verdict}{better}"


def worst_levels(items: tuple[Item, ...]) -> Levels:
    """Return the worst verdict over the counted items, level by level."""
    counted = [item.levels for item in items if item.counted]
    worst: dict[str, Verdict | None] = {}
    for level in Levels.__struct_fields__:
        answers = [answer for one in counted if (answer := getattr(one, level)) is not None]
        worst[level] = max(answers, key=_ORDER.index, default=None)
    return Levels(**worst)


def _answers(item: Item, policy: Policy) -> bool:
    # It counts in any case: by itself it must not pass for what the policy names, and is not there.
    counts_unnamed = item.kind == "exit-status" and policy.count
    if counts_unnamed and not any(fnmatchcase(item.name, glob) for glob in policy.count):
        return False
    if policy.require in {"bytes", "values"}:
        return True
    return getattr(item.levels, policy.require) is not None


def _count(items: list[Item]) -> int:
    return sum(item.count for item in items)


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _named(items: list[Item]) -> str:
    named = items[:_MOST_NAMED]
    names = [item.name for item in named]
    more = _count(items) - _count(named)
    return ", ".join(names) + (f" and {more} more" if more else "")
