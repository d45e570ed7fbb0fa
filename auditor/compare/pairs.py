"""The pairs of sides of one item, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.compare.values.difference import Difference
from auditor.compare.values.numbers import worse
from auditor.model.comparison import Relations, State
from auditor.model.evidence import Magnitude, Mask
from auditor.model.policy import Tolerance
from auditor.model.record import Record

__all__ = ["Pair", "masks", "notes", "others", "plainest", "widest", "worst"]


class Pair(Record, frozen=True, kw_only=True):
    """How two sides relate, by their numbers; ``difference`` only where values were compared."""

    sides: tuple[int, int]
    relations: Relations
    difference: Difference | None = None


def others(states: Sequence[State]) -> list[tuple[int, int]]:
    """Return pairs of replays that show whether they agree: one, and each of the others.

    ``states`` are those of the replays. The one is the first that was recorded: one that was lost
    would hide that the others disagree.
    """
    found = (number for number, state in enumerate(states) if state != "unrecorded")
    one = next(found, 0)
    return [(one, number) for number in range(len(states)) if number != one]


def plainest(pairs: tuple[Pair, ...]) -> Difference | None:
    """Return the first difference beyond tolerance, else the first."""
    found = [pair.difference for pair in pairs if pair.difference is not None]
    return min(found, key=lambda one: one.relation != "different", default=None)


def worst(pairs: Iterable[Pair]) -> Magnitude | None:
    """Return the largest magnitude."""
    found: Magnitude | None = None
    for pair in pairs:
        found = worse(found, pair.difference.magnitude if pair.difference else None)
    return found


def widest(found: list[Difference]) -> Tolerance | None:
    """Return the widest tolerance that was used."""
    used = [one.tolerance for one in found if one.tolerance is not None]
    return max(used, key=lambda one: (one.relative, one.absolute), default=None)


def masks(pairs: Iterable[Pair]) -> tuple[Mask, ...]:
    """Return the masks that hid something, each as often as it did in the worst pair."""
    most: dict[str, Mask] = {}
    for pair in pairs:
        for mask in pair.difference.masks if pair.difference else ():
            known = most.get(mask.rule)
            most[mask.rule] = mask if known is None or mask.count > known.count else known
    return tuple(mask for _rule, mask in sorted(most.items()))


def notes(pairs: tuple[Pair, ...], found: list[Difference]) -> Iterable[str]:
    """Yield what could not be compared, and what was noted while comparing."""
    lost = [pair for pair in pairs if pair.difference is None]
    if any(pair.relations.values == "unknown" != pair.relations.bytes for pair in lost):
        yield "the bytes differ, and the contents of both were not kept to compare their values"
    for one in found:
        yield from one.notes
