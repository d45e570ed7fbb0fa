"""Tables that hold metrics over steps: training histories, logs of learning curves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from auditor.compare.values.curves import Series, curve_of
from auditor.compare.values.decisions import names_decision, names_scores
from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope
from auditor.compare.values.steps import is_step
from auditor.compare.values.tables.cells import number, plain
from auditor.compare.values.tables.index import row_index
from auditor.compare.values.tables.metrics import names_metric
from auditor.compare.values.tables.rows import Table
from auditor.model.evidence import Curve

__all__ = ["add_curves", "tell_curve"]

MAX_STEPS = 100_000
_MOST_METRICS = 12

_Numbers = list[float | None]


def add_curves(a: Table, b: Table, names: Sequence[str], scope: Scope, found: Found) -> None:
    """Add a curve for each of the columns ``names`` that holds floats over steps.

    Their numbers are compared as cells already: nothing is added to the tally.
    """
    step = next((name for name in a.names if is_step(name) and name in b.names), None)
    if step is None and _history(a, scope):
        step = row_index(a, b)
    metrics = [name for name in names if name != step][:_MOST_METRICS]
    sides = (
        [_read(table, [step, *metrics]) for table in (a, b)] if step is not None and names else []
    )
    left, right = sides or ({}, {})
    if not (left and right and step is not None and _rising(left[step]) and _rising(right[step])):
        return
    shift = _shift(left[step], right[step])
    if shift:
        found.note(f"{step} is shifted by {shift:.17g}: rows are compared in step")
        right[step] = [value - shift for value in right[step] if value is not None]
    for name in metrics:
        if _measured(left[name]) and _measured(right[name]):
            pair = [_series(side[step], side[name]) for side in (left, right)]
            curve = curve_of(name, pair[0], pair[1], scope.tolerances.within(name))
            found.curve(curve)
            tell_curve(curve, step if is_step(step) else "index", found)


def tell_curve(curve: Curve, step: str, found: Found) -> None:
    """Add where a curve parts as a line of evidence, where both sides have that step."""
    parting = next((point for point in curve.points if point.step == curve.parted), None)
    if parting is None or parting.original is None or parting.replay is None:
        return
    then = f", then {curve.after}" if curve.after else ""
    where = f"{curve.name} parts at {step} {parting.step:.17g}"
    found.evidence.add(f"{where}: {parting.original!r} → {parting.replay!r}{then}")


def _history(table: Table, scope: Scope) -> bool:
    """Say whether columns are named as those of a history, not as those of a table of cases."""
    cases = any(names_scores(name) or names_decision(name, scope.policy) for name in table.names)
    return not cases and any(map(names_metric, table.names))


def _read(table: Table, names: Sequence[str]) -> dict[str, _Numbers]:
    """Return columns as numbers; nothing where there are too many rows."""
    columns: dict[str, _Numbers] = {name: [] for name in names}
    indices = [table.names.index(name) for name in names]
    rows = 0
    for batch in table.batches():
        rows += batch.length
        if rows > MAX_STEPS:
            return {}
        for name, index in zip(names, indices, strict=True):
            columns[name] += [number(cell) for cell in plain(batch.columns[index])]
    return columns


def _rising(steps: _Numbers) -> bool:
    known = [step for step in steps if step is not None]
    return len(known) == len(steps) > 1 and all(one <= other for one, other in pairwise(known))


def _measured(values: _Numbers) -> bool:
    return any(isinstance(value, float) for value in values)


def _shift(a: _Numbers, b: _Numbers) -> float:
    gaps = {y - x for x, y in zip(a, b, strict=False) if x is not None and y is not None}
    return gaps.pop() if len(gaps) == 1 and len(a) == len(b) else 0.0


def _series(steps: _Numbers, values: _Numbers) -> Series:
    pairs = zip(steps, values, strict=True)
    return [(float(x), float(y)) for x, y in pairs if x is not None and y is not None]
