from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable
from typing import Any

import pytest

from auditor.compare import compare
from auditor.judge import judge
from auditor.model.fact import unknown
from auditor.model.policy import Margin, Policy, Rule
from auditor.store.objects import Objects

pytestmark = pytest.mark.slow

Make = Callable[..., Any]

# The table once more, row by row as it is written, over every small case. Bounds far from the
# figures: whether 0.3 is within 0.3 is another test's question.
ABSOLUTE = 0.15
LOST = "lost"
NAME = "m.json#/a"
VALUES = (0.0, 0.1, 1.0, 5.0, math.nan, LOST)
CRITICAL = {1: 12.706204736, 2: 4.302652730}
Row = tuple[str, bool | None]


def near(a: float, b: float) -> bool:
    return abs(a - b) <= ABSOLUTE or (math.isnan(a) and math.isnan(b))


def agreement(replays: tuple[Any, ...]) -> bool | None:
    """Say whether replays agree, each with each; with one, or with one lost, that is open."""
    known = [value for value in replays if value is not LOST]
    if not all(near(a, b) for a, b in itertools.combinations(known, 2)):
        return False
    return True if len(known) == len(replays) > 1 else None


def by_table(original: Any, replays: tuple[Any, ...], margin: float | None) -> Row:
    """Return verdict and determinism by the first row that holds."""
    known = [value for value in replays if value is not LOST]
    if original is LOST or not known:
        return "inconclusive", None
    if all(near(original, value) for value in known):
        if len(known) < len(replays):
            return "inconclusive", None
        same = {repr(value) for value in (original, *known)}
        return ("identical" if len(same) == 1 else "equivalent"), None
    agree = agreement(replays)
    varied = len({repr(value) for value in known}) > 1
    if margin is None or not varied or not all(map(math.isfinite, (original, *known))):
        return "diverged", agree
    row = by_margin(original, known, margin)
    if row == "diverged":
        return row, agree
    return ("inconclusive", None) if len(known) < len(replays) else (row, False)


def by_margin(original: float, replays: list[float], margin: float) -> str:
    count = len(replays)
    distance = abs(original - statistics.fmean(replays))
    h = CRITICAL[count - 1] * statistics.stdev(replays) * math.sqrt(1 + 1 / count)
    if distance <= h <= margin:
        return "consistent"
    return "diverged" if distance > max(h, margin) else "inconclusive"


@pytest.mark.parametrize("margin", [None, 0.0, 0.7, 3.0, 100.0])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_small_case_is_judged_by_the_table(
    make_fingerprint: Make, objects: Objects, count: int, margin: float | None
) -> None:
    margins = () if margin is None else (Margin(match="/a", margin=margin),)
    tolerances = (Rule(match="*", absolute=ABSOLUTE),)
    policy = Policy(require="metrics", margins=margins, tolerances=tolerances)
    lost = unknown("the file was not kept")
    runs = {
        value: make_fingerprint(metrics=lost if value is LOST else {NAME: value})
        for value in VALUES
    }
    for original, *replays in itertools.product(VALUES, repeat=count + 1):
        case = (original, *replays)
        if set(case) == {LOST}:
            continue
        found = compare(runs[original], tuple(runs[one] for one in replays), objects, policy)
        (item,) = (one for one in judge(found, policy).items if one.name == NAME)
        expected = by_table(original, tuple(replays), margin)
        assert (item.verdict, item.deterministic) == expected, case
