"""What replays show that were fed with the entropy that the original drew.

That a run repeats with its recorded entropy says what makes it vary. It is not reproducible for it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.model.audit import Attempt, Cause, CauseStatus, Experiment, Item
from auditor.model.comparison import Comparison
from auditor.model.fingerprint import Fingerprint
from auditor.model.record import Record

__all__ = ["FACTOR", "Ordinary", "Tried", "evidence", "not_tried"]

FACTOR = "randomness.unseeded"
_SETTING = "the entropy that the original drew"
_FIX = "seed every generator before its first draw"
_SAME = frozenset({"identical", "equivalent", "consistent"})
_LEVELS = ("values", "metrics", "decisions", "bytes")
_MOST_NAMES = 5


class Ordinary(Record, frozen=True, kw_only=True):
    """What the ordinary replays, which alone decide the verdict, came to."""

    comparison: Comparison
    items: tuple[Item, ...]


class Tried(Record, frozen=True, kw_only=True):
    """What the fed replays came to: each attempt, those that completed, and how they were judged.

    ``items`` are judged over all that completed, against the original.
    """

    attempts: tuple[Attempt, ...]
    replays: tuple[Fingerprint, ...]
    items: tuple[Item, ...]


def not_tried(reason: str) -> Experiment:
    """Return the experiment that could not be made."""
    return Experiment(factor=FACTOR, setting=_SETTING, result=f"no replay was fed: {reason}")


def evidence(
    causes: tuple[Cause, ...], ordinary: Ordinary, tried: Tried
) -> tuple[tuple[Cause, ...], Experiment]:
    """Return the causes with what the fed replays add to them, and the experiment itself.

    Unseeded generators are *confirmed* only if every fed replay completed, and each of them gave
    back every counted item that the ordinary ones diverged in. What they did not give back
    is named.
    """
    diverged = [item for item in ordinary.items if item.counted and item.verdict == "diverged"]
    restored = [item for item in diverged if _restored(item, tried)]
    result = _result(ordinary, tried, diverged, restored)
    experiment = Experiment(
        factor=FACTOR,
        setting=_SETTING,
        attempts=tried.attempts,
        items={_name(item): item.verdict for item in tried.items if item.counted},
        result=result,
    )
    if not diverged or not tried.replays:
        return causes, experiment
    whole = len(restored) == len(diverged) and len(tried.replays) == len(tried.attempts)
    return _extended(causes, result, status="confirmed" if whole else "candidate"), experiment


def _extended(causes: tuple[Cause, ...], result: str, *, status: CauseStatus) -> tuple[Cause, ...]:
    """Put the result to the cause; what is confirmed comes first."""
    known = next((cause for cause in causes if cause.factor == FACTOR), None)
    others = tuple(cause for cause in causes if cause.factor != FACTOR)
    if known is None and status == "candidate":
        return causes
    known = known or Cause(factor=FACTOR, status=status, evidence="", fix=_FIX)
    text = "; ".join(filter(None, [known.evidence, result]))
    changed = msgspec.structs.replace(known, status=status, evidence=text)
    if status == "confirmed":
        return (changed, *others)
    return tuple(changed if cause.factor == FACTOR else cause for cause in causes)


def _restored(item: Item, tried: Tried) -> bool:
    if not tried.replays:
        return False
    counted = [one for one in tried.items if one.counted]
    if all(one.verdict in _SAME for one in counted):  # folders may have been folded otherwise
        return True
    same = [one for one in counted if (one.kind, one.name) == (item.kind, item.name)]
    return bool(same) and same[0].verdict in _SAME


def _result(ordinary: Ordinary, tried: Tried, diverged: list[Item], restored: list[Item]) -> str:
    made, asked = len(tried.replays), len(tried.attempts)
    if not made:
        reasons = dict.fromkeys(attempt.reason for attempt in tried.attempts if attempt.reason)
        return "no fed replay completed: " + "; ".join(reasons)
    given = f"{made} of {asked} replays that were fed what the original drew ({_fed(tried)})"
    if not diverged:
        return f"{given} were made, and nothing had to be explained"
    total = ordinary.comparison.replays
    differing = _differing(ordinary, diverged)
    against = f"where {differing} of {total} ordinary ones did not"
    if len(restored) == len(diverged):
        how = "repeats exactly" if _exactly(tried) else "repeats with the same values"
        end = "; that is not reproducible"
        return f"{how} with its recorded entropy: {given} gave the same results, {against}{end}"
    left = [item for item in diverged if item not in restored]
    if not restored:
        return f"{given} did not give the original's {_names(left)} back"
    return (
        f"{given} gave the same {_names(restored)}, {against}; "
        f"{_names(left)} is not explained by it"
    )


def _differing(ordinary: Ordinary, diverged: list[Item]) -> int:
    """Return how many ordinary replays differ from the original in an item that diverged."""
    found: set[int] = set()
    wanted = {(item.kind, item.name): item for item in diverged}
    for compared in ordinary.comparison.items:
        item = wanted.get((compared.kind, compared.name))
        if item is None:
            continue
        levels = [name for name in _LEVELS if getattr(item.levels, name) == "diverged"]
        for number, relations in enumerate(compared.to_original):
            if not levels or getattr(relations, levels[0]) == "different":
                found.add(number)
    return len(found)


def _fed(tried: Tried) -> str:
    """Say how much of what was recorded was drawn again, in the replay with the least."""
    facts = [run.record.entropy.value for run in tried.replays]
    fed = [fact.fed for fact in facts if fact is not None and fact.fed is not None]
    if len(fed) < len(tried.replays):
        return "it is not known how much of it they drew"
    worst = min(fed, key=lambda one: (one.used - one.offered, -one.fresh))
    more = f", and {worst.fresh} that were not recorded" if worst.fresh else ""
    return f"{worst.used} of {worst.offered} values{more}"


def _exactly(tried: Tried) -> bool:
    return all(item.verdict == "identical" for item in tried.items if item.counted)


def _names(items: Iterable[Item]) -> str:
    names = [item.name or item.kind for item in items]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _name(item: Item) -> str:
    return f"{item.kind}:{item.name}" if item.name else item.kind
