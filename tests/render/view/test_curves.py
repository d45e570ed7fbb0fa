from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.evidence import Curve, Point
from auditor.render.view.curves import drawn


def curve(*points: tuple[float, float | None, float | None], **more: object) -> Curve:
    made = tuple(Point(step=step, original=a, replay=b) for step, a, b in points)
    return Curve(name="loss", points=made, total=len(made), **more)


def test_lines_break_where_a_value_is_missing() -> None:
    lines = drawn("h.csv", curve((0, 1.0, 1.0), (1, 0.5, None), (2, 0.25, 0.3)), "A", "B")
    assert lines is not None
    assert (lines.first.count("M"), lines.second.count("M")) == (1, 2)
    assert lines.caption == "h.csv: loss"


def test_the_summary_says_where_and_how_they_part() -> None:
    lines = drawn("h", curve((0, 1.0, 1.0), (7, 0.5, 0.9), parted=7, after="growing"), "A", "B")
    assert lines is not None
    assert lines.summary == "They part at step 7; after it the gap grows; 2 steps."
    assert lines.parted == lines.right


def test_nothing_is_drawn_without_a_finite_value() -> None:
    assert drawn("h", curve((0, math.nan, None)), "A", "B") is None


numbers = st.none() | st.floats()


@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), numbers, numbers)))
def test_every_point_lies_within_the_frame(points: list[tuple[float, None, None]]) -> None:
    lines = drawn("h", curve(*points), "A", "B")
    if lines is None:
        return
    for path in (lines.first, lines.second):
        for word in filter(None, re.split("[ML]", path)):
            x, y = (float(part) for part in word.split())
            assert lines.left <= x <= lines.right
            assert lines.top <= y <= lines.bottom


@pytest.mark.parametrize("after", ["", "constant", "growing", "recovering", "ended"])
def test_every_way_of_going_on_has_its_words(after: str) -> None:
    assert drawn("h", curve((0, 1.0, 2.0), parted=0, after=after), "A", "B") is not None
