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


def test_elements_of_arrays_make_way_for_what_explains_them() -> None:
    lines = Lines()
    for name in range(8):
        for rank in range(1, 6):
            lines.pair(f"array {name}[{rank}]", 0.0, 1.0, rank)
    lines.pair("lr", 0.1, 0.2)
    *kept, more = lines.result()
    assert kept[0] == "lr: 0.1 → 0.2"
    assert len(kept) == MAX_LINES
    assert [line for line in kept if "[1]" in line] == [
        f"array {name}[1]: 0.0 → 1.0" for name in range(8)
    ]
    assert more == "… and 21 more"


def test_each_part_has_its_say() -> None:
    lines = Lines()
    for name in "abc":
        lines.part(name, [*map(str, range(MAX_LINES)), "… and 5 more"])
    *kept, more = lines.result()
    assert [line[0] for line in kept] == ["a"] * 7 + ["b"] * 7 + ["c"] * 6
    assert more == f"… and {3 * (MAX_LINES + 5) - MAX_LINES} more"


def test_long_values_are_cut_where_one_sees_it() -> None:
    lines = Lines()
    lines.pair("here", "x" * 100, "y")
    assert lines.result() == (f"here: {'x' * 59}… → y",)
