"""Candidates for the cause of what diverged; only an experiment can make one more than that."""

from __future__ import annotations

from auditor.explain.chance import chance
from auditor.explain.surroundings import surroundings
from auditor.explain.withheld import withheld
from auditor.model.audit import Cause, Divergence, Item
from auditor.model.fingerprint import Fingerprint

__all__ = ["candidates"]


def candidates(
    original: Fingerprint,
    replays: tuple[Fingerprint, ...],
    items: tuple[Item, ...],
    divergences: tuple[Divergence, ...],
) -> tuple[Cause, ...]:
    """Return candidates, most likely first; none unless something that counts diverged.

    Where replays disagree among themselves, chance is to blame: what differs between original
    and replays cannot explain it. Where they agree, the surroundings are. A single replay
    cannot tell, so both are candidates: what was seen to be left to chance, then what differs, then
    what chance may have done unseen. A metric that lies beyond the spread of the replays is not
    explained by chance, so that what differs comes first.
    """
    diverged = [item for item in items if item.counted and item.verdict == "diverged"]
    disagree = any(item.deterministic is False for item in diverged)
    agree = any(item.deterministic is True for item in diverged)
    unsure = any(item.deterministic is None for item in diverged)
    beyond = any(item.beyond_spread for item in diverged)
    left = chance((original, *replays), diverged)
    differing = [
        *withheld(original, inside=True),
        *surroundings(divergences, diverged),
        *withheld(original, inside=False),
    ]
    found: list[Cause] = list(differing) if beyond else []
    if disagree or unsure:
        found += left.seen
    if disagree:
        found += left.possible
    if agree or unsure:
        found += differing
    if unsure:
        found += left.possible
    return _first_of_each(found)


def _first_of_each(causes: list[Cause]) -> tuple[Cause, ...]:
    by_factor: dict[str, Cause] = {}
    for cause in causes:
        by_factor.setdefault(cause.factor, cause)
    return tuple(by_factor.values())
