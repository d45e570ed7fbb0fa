"""A picture of the metrics that differ: the original's value against each replay's."""

from __future__ import annotations

import math

from auditor.model.audit import Audit, Item
from auditor.render.text import apart, number, one_line, plural
from auditor.render.view.blocks import Chart, Mark, Strip
from auditor.render.view.words import sides

__all__ = ["chart", "figures"]

_STRIPS = 12
_WIDTH = 680
_LEFT = 220
_RIGHT = 20
_ROW = 44
_TOP = 34
_NAME = 34


def figures(item: Item) -> tuple[float, ...]:
    """Return the original's and the replays' values, if all are finite numbers, else nothing."""
    values = (item.original, *item.replays)
    plain = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    finite = len(plain) == len(values) and all(math.isfinite(v) for v in plain)
    return tuple(float(v) for v in plain) if finite else ()


def chart(audit: Audit) -> Chart | None:
    """Return the chart, or nothing where no metric differs: a picture would then say nothing."""
    metrics = [item for item in audit.items if item.kind == "metric"]
    differing = [item for item in metrics if len(set(figures(item))) > 1]
    if not differing:
        return None
    original, others = sides(audit)
    drawn = differing[:_STRIPS]
    left_out = f" The first {_STRIPS} are drawn." if len(differing) > _STRIPS else ""
    return Chart(
        caption="Metrics that differ",
        summary=f"{plural(len(differing), 'metric')} of {len(metrics)} "
        f"{'differs' if len(differing) == 1 else 'differ'}; each line has its own scale, and the "
        f"values stand in the table.{left_out}",
        width=_WIDTH,
        height=_TOP + _ROW * len(drawn) + 4,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        original=original,
        others=others[0] if len(others) == 1 else "Replays",
        strips=tuple(_strip(item, row, original, others) for row, item in enumerate(drawn)),
    )


def _strip(item: Item, row: int, original: str, others: tuple[str, ...]) -> Strip:
    values = figures(item)
    low, high = min(values), max(values)
    names = (original, *others)[: len(values)]
    span = _WIDTH - _RIGHT - _LEFT - 24
    marks = [
        Mark(x=_x(value, low, high, span), original=position == 0, name=f"{name}: {number(value)}")
        for position, (name, value) in enumerate(zip(names, values, strict=False))
    ]
    name = one_line(item.name)
    ends = apart((low, high))
    return Strip(
        name=name if len(name) <= _NAME else "…" + name[-_NAME:],
        y=_TOP + _ROW * row + 16,
        low=ends[0],
        high=ends[1],
        marks=tuple(reversed(marks)),
    )


def _x(value: float, low: float, high: float, span: float) -> float:
    share = (value / 2 - low / 2) / (high / 2 - low / 2)  # halved: the range may exceed a float's
    return round(_LEFT + 12 + span * share, 2)
