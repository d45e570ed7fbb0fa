"""The table of verdicts: from the relations of one item at one level to its verdict."""

from __future__ import annotations

import math

from auditor.judge.interval import spread
from auditor.model.audit import Verdict
from auditor.model.comparison import Compared, Relation
from auditor.model.policy import Level
from auditor.model.record import Record

__all__ = ["Finding", "judged"]

_CLOSE = frozenset({"same", "within"})


class Finding(Record, frozen=True, kw_only=True):
    """The answer to one question about one item."""

    verdict: Verdict
    deterministic: bool | None = None
    note: str = ""


def judged(item: Compared, level: Level, margin: float | None) -> Finding | None:
    """Return the verdict of ``item`` at ``level``, ``None`` where the question does not apply.

    The rows of the table, in its order. ``margin`` is that of a scalar metric.
    """
    if not item.to_original:
        return _without_replays(item, level)
    outward = _at(item.to_original, level)
    if None in outward:
        return None
    if "different" in outward:
        return _diverged(item, _at(item.to_first, level), margin)
    return _agreeing(item, outward)


def _agreeing(item: Compared, outward: tuple[Relation | None, ...]) -> Finding:
    if all(relation == "same" for relation in outward):
        return Finding(verdict="identical")
    if all(relation in _CLOSE for relation in outward):
        return Finding(verdict="equivalent")
    return Finding(verdict="inconclusive", note=_missing(item))


def _diverged(item: Compared, inward: tuple[Relation | None, ...], margin: float | None) -> Finding:
    if not inward:
        return Finding(verdict="diverged", deterministic=None)
    if all(relation in _CLOSE for relation in inward):
        return Finding(verdict="diverged", deterministic=True)
    if "different" not in inward:
        return Finding(verdict="diverged", deterministic=None, note=_missing(item))
    if margin is None:
        return Finding(verdict="diverged", deterministic=False)
    return _within_margin(item, margin)


def _within_margin(item: Compared, margin: float) -> Finding:
    original, *replays = (side.value for side in (item.original, *item.replays))
    numbers = [value for value in (original, *replays) if value is not None]
    if len(numbers) <= len(replays) or not all(math.isfinite(value) for value in numbers):
        note = "the margin does not apply: a value is missing or not finite"
        return Finding(verdict="diverged", deterministic=False, note=note)
    found = spread(float(original), tuple(float(value) for value in replays), margin)
    return Finding(verdict=found.verdict, deterministic=False, note=found.note)


def _at(relations: tuple[object, ...], level: Level) -> tuple[Relation | None, ...]:
    return tuple(getattr(relation, level) for relation in relations)


def _without_replays(item: Compared, level: Level) -> Finding | None:
    applies = {
        "bytes": item.kind in {"file", "stdout", "stderr"},
        "values": item.known,
        "metrics": item.kind == "metric",
        "decisions": False,
    }
    note = "no replay completed"
    return Finding(verdict="inconclusive", note=note) if applies[level] else None


def _missing(item: Compared) -> str:
    if item.original.state == "unrecorded":
        return f"not recorded of the original: {item.original.reason}"
    numbered = enumerate(item.replays, start=1)
    lost = [f"{n} ({side.reason})" for n, side in numbered if side.state == "unrecorded"]
    return f"not recorded of replay {', '.join(lost)}" if lost else ""
