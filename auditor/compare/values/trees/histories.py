"""Metrics over steps inside of trees: training histories and logs of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from auditor.compare.values.clock import last_key, names_stamp, reads_clock, unix_times
from auditor.compare.values.curves import Series, curve_of
from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope
from auditor.compare.values.steps import is_step
from auditor.compare.values.tables.metrics import names_metric, names_setting
from auditor.compare.values.tables.tracks import tell_curve
from auditor.compare.values.trees.tree import Tree

__all__ = ["add_histories"]

MAX_STEPS = 100_000
_SHORTEST = 3
_DEEPEST = 4
_INDEX = "index"

# By the name of a metric: what its steps are called, and its values.
_Histories = dict[str, tuple[str, list[tuple[float, float]]]]


def add_histories(a: Tree, b: Tree, scope: Scope, found: Found) -> None:
    """Add a curve for each metric that differs; its numbers are compared with the tree.

    A metric is a list of floats that is named as one, or as long as one beside it that is (its
    steps are a list ``epoch`` or ``step`` beside it, else its indices), or a key of records that
    have a step.
    """
    left, right = (dict(_histories("", side, 0)) for side in (a, b))
    for name, (step, one) in left.items():
        other = right.get(name, (step, []))[1]
        if other and _text(one) != _text(other) and not _clock(name, one, other):
            curve = curve_of(name, one, other, scope.tolerances.at(name))
            found.curve(curve)
            tell_curve(curve, step, found)
            _tell_steps(step, one, other, found)


def _clock(name: str, a: Series, b: Series) -> bool:
    key = last_key(name)
    return bool(reads_clock(key)) or (names_stamp(key) and unix_times(a[0][1], b[0][1]))


def _text(series: Series) -> str:
    # By text, NaN is equal to itself.
    return repr(series)


def _tell_steps(step: str, a: Series, b: Series, found: Found) -> None:
    one, other = [x for x, _ in a], [x for x, _ in b]
    if len(one) != len(other):
        found.note(f"{len(one)} steps became {len(other)}")
    elif one != other:
        gaps = {y - x for x, y in zip(one, other, strict=True)}
        if len(gaps) == 1:
            found.note(f"{step} is shifted by {gaps.pop():.17g}")


def _histories(
    where: str, tree: Tree, depth: int
) -> Iterator[tuple[str, tuple[str, list[tuple[float, float]]]]]:
    if depth > _DEEPEST:
        return
    if isinstance(tree, dict):
        yield from _lists(where, tree)
        for key, value in tree.items():
            if isinstance(value, dict | list):
                yield from _histories(f"{where}/{key}", value, depth + 1)
    elif isinstance(tree, list) and _SHORTEST <= len(tree) <= MAX_STEPS:
        yield from _records(where, tree).items()


def _lists(where: str, tree: dict[Any, Tree]) -> Iterator[tuple[str, tuple[str, Any]]]:
    lists = {key: value for key, value in tree.items() if _column(value)}
    columns = {key: one for key, one in lists.items() if not names_setting(f"{where}/{key}")}
    lengths = {len(value) for key, value in columns.items() if names_metric(str(key))}
    step = next((key for key in columns if isinstance(key, str) and is_step(key)), None)
    for key, values in columns.items():
        steps = columns[step] if step is not None else range(len(values))
        measured = len(values) in lengths and any(type(one) is float for one in values)
        if key != step and len(steps) == len(values) and measured:
            pairs = [(float(x), float(y)) for x, y in zip(steps, values, strict=True)]
            yield f"{where}/{key}", (step or _INDEX, pairs)


def _column(value: Tree) -> bool:
    if not isinstance(value, list) or not _SHORTEST <= len(value) <= MAX_STEPS:
        return False
    return {*map(type, value)} <= {int, float} and all(map(_small, value))


def _records(where: str, records: list[Tree]) -> _Histories:
    found: _Histories = {}
    if not all(isinstance(record, dict) for record in records):
        return found
    names = Counter(key for record in records for key in record if isinstance(key, str))
    step = next((key for key in names if is_step(key) and names[key] == len(records)), None)
    if step is None or not all(_numeric(record[step]) for record in records):
        return found
    for record in records:
        for key, value in record.items():
            if key != step and type(value) is float:
                pair = (float(record[step]), value)
                found.setdefault(f"{where}/{key}", (step, []))[1].append(pair)
    return {name: one for name, one in found.items() if len(one[1]) >= _SHORTEST}


def _numeric(value: Tree) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _small(value)


def _small(value: float) -> bool:
    """Say whether a float holds a number: else it is no step, and no value of a metric."""
    try:
        float(value)
    except OverflowError:
        return False
    return True
