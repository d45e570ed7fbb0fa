from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.compare.artifacts import Difference, Unreadable, comparator_for
from auditor.compare.artifacts.postscript import PostScript

Differ = Callable[..., Difference]

DRAWING = """\
%!PS-Adobe-3.0 EPSF-3.0
%%Title: p.eps
%%Creator: Matplotlib v3.11.2
%%CreationDate: Sat Nov 21 07:52:48 2026
%%BoundingBox: 0 0 100 100
%%EndComments
10.5 20 m
30 40.25 l
stroke
showpage
"""


def test_when_it_was_drawn_means_nothing(differ: Differ) -> None:
    found = differ("plot.eps", DRAWING, DRAWING.replace("07:52:48", "07:52:50"))
    assert found.relation == "within"
    assert found.notes == ("what the file says of itself differs: CreationDate",)


def test_what_is_drawn_counts(differ: Differ) -> None:
    found = differ("plot.eps", DRAWING, DRAWING.replace("40.25", "41.25"))
    assert found.relation == "different"
    assert found.evidence == ("@@ line 8 @@", "-30 40.25 l", "+30 41.25 l")


def test_it_is_known_by_its_start() -> None:
    assert isinstance(comparator_for("a.eps", b"%!PS-Adobe-3.0"), PostScript)
    assert not isinstance(comparator_for("a.eps", b"\xc5\xd0\xd3\xc6"), PostScript)


def test_what_is_no_text_is_unreadable(differ: Differ) -> None:
    with pytest.raises(Unreadable):
        differ("plot.eps", DRAWING, DRAWING.encode() + b"\0")
