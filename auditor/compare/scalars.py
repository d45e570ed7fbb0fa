"""Items without bytes: metrics and the exit status."""

from __future__ import annotations

import math

from auditor.compare.pairs import others
from auditor.compare.values.numbers import Tally
from auditor.compare.values.tolerance import Tolerances
from auditor.model.comparison import Compared, Relation, Relations, Side
from auditor.model.fact import Fact
from auditor.model.facts import Exit, Metric
from auditor.model.policy import Policy

__all__ = ["compare_exit", "compare_metric", "metric_name"]


def metric_name(metric: Metric) -> str:
    """Return ``FILE#POINTER``, or the tracker's name where there is no file."""
    return f"{metric.file}#{metric.name}" if metric.file else metric.name


class _Found:
    """What the pairs of one metric add up to."""

    def __init__(self, tolerances: Tolerances) -> None:
        self.tolerances = tolerances
        self.tally = Tally()
        self.notes: dict[str, None] = {}

    def pair(self, a: Side, b: Side) -> Relations:
        relation = self._relation(a, b)
        return Relations(values=relation, metrics=relation)

    def _relation(self, a: Side, b: Side) -> Relation:
        if "unrecorded" in {a.state, b.state}:
            return "unknown"
        if "absent" in {a.state, b.state}:
            return "same" if a.state == b.state else "different"
        if type(a.value) is not type(b.value):
            self.notes["an integer became a float, or the other way"] = None
            return "different"
        if isinstance(a.value, int):
            return "same" if self.tally.exact(a.value, b.value, "") else "different"
        if a.value == b.value or (math.isnan(a.value) and math.isnan(b.value)):
            return "same"
        within = self.tally.tolerant(a.value, b.value, "", self.tolerances.of())
        return "within" if within else "different"


def compare_metric(
    name: tuple[str, str], original: Side, replays: tuple[Side, ...], policy: Policy
) -> Compared:
    """Compare the metric of one ``(file, name)``: integers exact, floats within tolerance."""
    file, pointer = name
    full = metric_name(Metric(name=pointer, file=file, value=0.0))
    names = (full, pointer) if file else (full,)
    # A rule for the file holds for the numbers in it, or file and metric would disagree.
    found = _Found(Tolerances(policy, (*names, file) if file else names))
    outward = tuple(found.pair(original, replay) for replay in replays)
    magnitude = found.tally.magnitude()
    # From the least of them: two within tolerance of a third need not be of each other.
    ranked = sorted(replays, key=_rank)
    among = others([side.state for side in ranked])
    inward = tuple(found.pair(ranked[one], ranked[other]) for one, other in among)
    return Compared(
        kind="metric",
        name=full,
        names=names,
        original=original,
        replays=replays,
        to_original=outward,
        to_first=inward,
        comparator="number",
        magnitude=magnitude,
        tolerance=found.tally.tolerance(),
        notes=tuple(found.notes),
    )


def _rank(side: Side) -> float:
    known = side.state == "recorded" and not math.isnan(side.value)
    return side.value if known else math.inf


def compare_exit(original: Fact[Exit], replays: tuple[Fact[Exit], ...]) -> Compared:
    """Compare how the runs ended, by code and signal."""
    sides = tuple(_exit_side(fact) for fact in (original, *replays))
    pairs = [_exit_relations(sides[0], side) for side in sides[1:]]
    among = others([side.state for side in sides[1:]])
    inward = [_exit_relations(sides[1 + one], sides[1 + other]) for one, other in among]
    return Compared(
        kind="exit-status",
        name="exit-status",
        names=("exit-status",),
        original=sides[0],
        replays=sides[1:],
        to_original=tuple(pairs),
        to_first=tuple(inward),
        comparator="status",
    )


def _exit_side(fact: Fact[Exit]) -> Side:
    ended = fact.value
    if ended is None or (ended.code is None and ended.signal is None):
        reason = fact.reason or "the status was not recorded"
        return Side(state="unrecorded", reason=reason)
    return Side(state="recorded", value=ended.signal or ended.code)


def _exit_relations(a: Side, b: Side) -> Relations:
    if "unrecorded" in {a.state, b.state}:
        return Relations(values="unknown")
    return Relations(values="same" if a.value == b.value else "different")
