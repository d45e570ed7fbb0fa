"""The table of verdicts: from the relations of one item at one level to its verdict."""

from __future__ import annotations

from auditor.judge.interval import Spread
from auditor.model.audit import Verdict
from auditor.model.comparison import Compared, Relation
from auditor.model.policy import Level
from auditor.model.record import Record

__all__ = ["Finding", "judged"]

_CLOSE = frozenset({"same", "within"})


class Finding(Record, frozen=True, kw_only=True):
    """The answer to one question about one item; ``beyond_spread`` as in ``Item``."""

    verdict: Verdict
    deterministic: bool | None = None
    beyond_spread: bool = False
    note: str = ""


def judged(item: Compared, level: Level, spread: Spread | None = None) -> Finding | None:
    """Return the verdict of ``item`` at ``level``, ``None`` where the question does not apply.

    The rows of the table, in its order. ``spread`` is what its margin says of a metric whose
    replays vary.
    """
    if not item.to_original:
        return _without_replays(item, level)
    outward = _at(item.to_original, level)
    if None in outward:
        return None
    if "different" in outward:
        return _apart(item, _agreement(_at(item.to_first, level)), spread)
    return _agreeing(item, outward)


def _agreeing(item: Compared, outward: tuple[Relation | None, ...]) -> Finding:
    if all(relation == "same" for relation in outward):
        return Finding(verdict="identical")
    if all(relation in _CLOSE for relation in outward):
        return Finding(verdict="equivalent")
    return Finding(verdict="inconclusive", note=_missing(item))


def _agreement(inward: tuple[Relation | None, ...]) -> bool | None:
    """Say whether replays agree with each other, ``None`` where that is not known."""
    if "different" in inward:
        return False
    return True if inward and all(relation in _CLOSE for relation in inward) else None


def _apart(item: Compared, agree: bool | None, spread: Spread | None) -> Finding:  # noqa: FBT001
    """Return the verdict of an item that is not within tolerance of the original.

    Replays that vary by less than the tolerance agree, but with a margin they decide nothing
    that their spread leaves open: else a wider tolerance would turn a pass into a divergence.
    """
    missing = _missing(item)
    if spread is None:
        return Finding(verdict="diverged", deterministic=agree, note="" if agree else missing)
    note = "; ".join(filter(None, [spread.note, missing]))
    if spread.verdict == "diverged":
        return Finding(verdict="diverged", deterministic=agree, beyond_spread=True, note=note)
    if missing:
        return Finding(verdict="inconclusive", note=note)
    return Finding(verdict=spread.verdict, deterministic=False, note=note)


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
