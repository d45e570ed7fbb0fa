"""A comparison and a policy to verdicts, by the table of the design; no I/O."""

from __future__ import annotations

from auditor.judge.changes import changes
from auditor.judge.completion import completion
from auditor.judge.findings import divergence_of, graded, ranked, undecided
from auditor.judge.items import item_of
from auditor.judge.noise import spreads
from auditor.judge.rules import unmatched
from auditor.judge.verdict import audit_verdict, worst_levels
from auditor.model.audit import Attempt, Divergence, Item, Levels, Verdict
from auditor.model.comparison import Comparison
from auditor.model.fingerprint import Unverified
from auditor.model.policy import Policy
from auditor.model.record import Record

__all__ = ["Judgement", "changes", "completion", "graded", "judge", "ranked", "settled"]


class Judgement(Record, frozen=True, kw_only=True):
    """What the comparison means.

    ``divergences`` are those of the outcome, worst first; ``unverified`` are the items that
    could not be decided, and the rules that hold for nothing.
    """

    verdict: Verdict
    reason: str
    levels: Levels
    items: tuple[Item, ...]
    divergences: tuple[Divergence, ...]
    unverified: tuple[Unverified, ...]


def judge(
    comparison: Comparison,
    policy: Policy,
    *,
    attempts: tuple[Attempt, ...] = (),
    looks: int = 1,
) -> Judgement:
    """Judge each item, then the whole.

    ``attempts`` are the replays that were asked for; without them, those that were compared.
    ``looks`` is how often replays may be judged while more are being added.
    """
    asked = len(attempts) or comparison.replays
    pairs = tuple(
        (compared, item_of(compared, policy, spread))
        for compared, spread in zip(
            comparison.items, spreads(comparison.items, policy, looks=looks), strict=True
        )
    )
    items = tuple(item for _compared, item in pairs)
    verdict, reason = audit_verdict(items, policy, completed=comparison.replays, asked=asked)
    found = [divergence_of(compared, item, policy) for compared, item in pairs]
    return Judgement(
        verdict=verdict,
        reason="; ".join([reason, *_incomplete(attempts)]),
        levels=worst_levels(items),
        items=items,
        divergences=ranked([one for one in found if one is not None]),
        unverified=(*undecided(items), *unmatched(comparison.items, policy)),
    )


def settled(judgement: Judgement) -> bool:
    """Say that more replays are not needed: only a metric that its margin leaves open needs them.

    More of them can make no other item that is open any better, nor undo a divergence.
    """
    counted = [item for item in judgement.items if item.counted]
    if any(item.verdict == "diverged" for item in counted):
        return True
    # Open although all replays are known, and they vary: that only margins leave so
    return not any(
        item.verdict == "inconclusive" and item.deterministic is False for item in counted
    )


def _incomplete(attempts: tuple[Attempt, ...]) -> list[str]:
    reasons = (attempt.reason for attempt in attempts if not attempt.completed)
    return list(dict.fromkeys(filter(None, reasons)))
