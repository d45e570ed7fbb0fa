"""Drawings of metric series: the original's line, the replay's, and where they part."""

from __future__ import annotations

import math
from collections.abc import Sequence

from auditor.model.evidence import Curve
from auditor.render.text import clip, number, one_line
from auditor.render.view.blocks import Lines

__all__ = ["drawn"]

_WIDTH = 680
_HEIGHT = 190
_LEFT = 76
_RIGHT = 12
_TOP = 30
_BOTTOM = 26
_AFTER = {
    "": "",
    "constant": "; after it the gap stays about as wide",
    "growing": "; after it the gap grows",
    "recovering": "; after it the gap closes again",
    "ended": "; one side has no more steps",
}


def drawn(name: str, curve: Curve, original: str, other: str) -> Lines | None:
    """Return the drawing of a curve, ``None`` where no point of it can be drawn."""
    both = [value for point in curve.points for value in (point.original, point.replay)]
    values = [value for value in both if value is not None and math.isfinite(value)]
    if not values:
        return None
    scale = _Scale([p.step for p in curve.points], values)
    title = clip(one_line(f"{name}: {curve.name}" if curve.name else name), 120)
    return Lines(
        caption=title,
        summary=_summary(curve),
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        top=_TOP,
        bottom=_HEIGHT - _BOTTOM,
        original=original,
        other=other,
        first=_path(scale, [(p.step, p.original) for p in curve.points]),
        second=_path(scale, [(p.step, p.replay) for p in curve.points]),
        parted=None if curve.parted is None else scale.x(curve.parted),
        parted_label="" if curve.parted is None else f"step {number(curve.parted)}",
        low=number(min(values)),
        high=number(max(values)),
        start=number(curve.points[0].step),
        end=number(curve.points[-1].step),
    )


def _summary(curve: Curve) -> str:
    shown = len(curve.points)
    points = f"{shown} of {curve.total} steps drawn" if shown < curve.total else f"{shown} steps"
    if curve.parted is None:
        return f"The two stay within tolerance; {points}."
    return f"They part at step {number(curve.parted)}{_AFTER[curve.after]}; {points}."


class _Scale:
    def __init__(self, steps: Sequence[float], values: Sequence[float]) -> None:
        self.steps = (min(steps), max(steps))
        self.values = (min(values), max(values))

    def x(self, step: float) -> float:
        return round(_LEFT + (_WIDTH - _RIGHT - _LEFT) * _share(step, *self.steps), 2)

    def y(self, value: float) -> float:
        height = _HEIGHT - _BOTTOM - _TOP
        return round(_TOP + height * (1 - _share(value, *self.values)), 2)


def _share(value: float, low: float, high: float) -> float:
    if low == high:
        return 0.5
    # Halved: the range may exceed a float's.
    return min(1.0, max(0.0, (value / 2 - low / 2) / (high / 2 - low / 2)))


def _path(scale: _Scale, points: Sequence[tuple[float, float | None]]) -> str:
    """Return the ``d`` of an SVG path, broken where a value is missing or not finite."""
    words: list[str] = []
    pen = "M"
    for step, value in points:
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        words.append(f"{pen}{scale.x(step)} {scale.y(value)}")
        pen = "L"
    return "".join(words)
