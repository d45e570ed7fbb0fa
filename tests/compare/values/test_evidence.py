from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.values.evidence import MAX_LINES, Lines, shown


@given(st.text(st.characters(), max_size=400))
def test_anything_becomes_one_short_printable_line(text: str) -> None:
    line = shown(text)
    line.encode()
    assert all(mark.isprintable() for mark in line)
    assert shown("x" * 500) == "x" * 159 + "…"


def test_lines_beyond_the_bound_are_counted() -> None:
    lines = Lines()
    for number in range(MAX_LINES + 5):
        lines.add(str(number))
    lines.pair("here", 1, 2)
    lines.more(4)
    assert lines.result()[-1] == "… and 10 more"
    assert len(lines.result()) == MAX_LINES + 1
