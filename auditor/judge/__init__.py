"""A comparison and a policy to verdicts, by the table of the design; no I/O."""

from __future__ import annotations

from auditor.judge.completion import completion
from auditor.judge.findings import divergence_of, ranked, undecided
from auditor.judge.items import item_of
from auditor.judge.verdict import audit_verdict, worst_levels
from auditor.model.audit import Attempt, Divergence, Item, Levels, Verdict
from auditor.model.comparison import Comparison
from auditor.model.fingerprint import Unverified
from auditor.model.policy import Policy
from auditor.model.record import Record

__all__ = ["Judgement", "completion", "judge", "ranked"]


class Judgement(Record, frozen=True, kw_only=True):
    """What the comparison means.

    ``divergences`` are those of the outcome, worst first; ``unverified`` are the items that
    could not be decided.
    """

    verdict: Verdict
    reason: str
    levels: Levels
    items: tuple[Item, ...]
    divergences: tuple[Divergence, ...]
    unverified: tuple[Unverified, ...]


def judge(
    comparison: Comparison, policy: Policy, *, attempts: tuple[Attempt, ...] = ()
) -> Judgement:
    """Judge each item, then the whole.

    ``attempts`` are the replays that were asked for; without them, those that were compared.
    """
    asked = len(attempts) or comparison.replays
    items = tuple(item_of(compared, policy) for compared in comparison.items)
    verdict, reason = audit_verdict(items, policy, completed=comparison.replays, asked=asked)
    pairs = zip(comparison.items, items, strict=True)
    found = [divergence_of(compared, item) for compared, item in pairs]
    return Judgement(
        verdict=verdict,
        reason="; ".join([reason, *_incomplete(attempts)]),
        levels=worst_levels(items),
        items=items,
        divergences=ranked([one for one in found if one is not None]),
        unverified=undecided(items),
    )


def _incomplete(attempts: tuple[Attempt, ...]) -> list[str]:
    reasons = (attempt.reason for attempt in attempts if not attempt.completed)
    return list(dict.fromkeys(filter(None, reasons)))
