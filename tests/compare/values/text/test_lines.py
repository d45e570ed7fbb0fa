from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Scope, compare_parts
from auditor.compare.values.difference import Found
from auditor.compare.values.text.lines import compare_lines
from auditor.compare.values.text.masks import Masks
from auditor.model.policy import DEFAULT_MASKS, Policy


def compared(a: list[str], b: list[str]) -> Difference:
    found = Found()
    scope = Scope(Policy(), ("a.log",), inner=compare_parts)
    compare_lines(a, b, scope, found, masks=Masks(DEFAULT_MASKS))
    return found.result()


lines = st.lists(
    st.sampled_from(["", "x", "loss 0.5", "loss 0.6", "loss 0.50000000001", "step 1", "step 1.0"])
    | st.text(alphabet="ab1. \x1b[m", max_size=6),
    max_size=12,
)


@given(lines)
def test_a_text_is_the_same_as_itself(text: list[str]) -> None:
    found = compared(text, list(text))
    assert found == Difference(relation="within")


@given(lines, lines)
def test_the_relation_has_no_direction(a: list[str], b: list[str]) -> None:
    assert compared(a, b).relation == compared(b, a).relation


@given(lines, lines, st.text("yz", min_size=1), lines)
def test_a_line_that_is_inserted_is_the_only_difference(
    a: list[str], b: list[str], new: str, c: list[str]
) -> None:
    found = compared([*a, *b, *c], [*a, new, *b, *c])
    assert found.relation == "different"
    assert [line for line in found.evidence if line[0] in "+-"] == [f"+{new}"]


def test_lines_after_an_insertion_are_compared_as_numbers() -> None:
    a = [f"epoch {n} loss {n / 7:.9f}" for n in range(500)]
    b = [f"epoch {n} loss {n / 7 + 1e-9:.9f}" for n in range(500)]
    found = compared(a, [*b[:250], "warning", *b[250:]])
    assert found.evidence == ("@@ line 251 @@", "+warning")
    assert found.magnitude is not None
    assert found.magnitude.max_abs < 1e-6
    assert found.magnitude.total >= 998


def test_a_line_that_is_missing_is_named_by_its_integers() -> None:
    a = [f"epoch {n} loss {n / 7:.6f}" for n in range(100)]
    b = [f"epoch {n} loss {n / 7 + 0.1:.6f}" for n in range(100) if n != 3]
    found = compared(a, b)
    assert "-epoch 3 loss 0.428571" in found.evidence
    assert "+epoch 4 loss 0.671429" in found.evidence
    assert found.magnitude is not None
    assert found.magnitude.max_abs == pytest.approx(0.1)


def test_long_insertions_are_paired_again() -> None:
    a = [f"line {n}" for n in range(1000)]
    b = [*a[:500], *(f"new {n}" for n in range(150)), *a[500:]]
    found = compared(a, b)
    assert found.evidence[0] == "@@ line 501 @@"
    assert found.evidence[-1] == "… and 131 more"


def test_texts_that_have_nothing_in_common_are_paired_by_place_at_last() -> None:
    found = compared([f"a{n} x" for n in range(30_000)], [f"b{n} y" for n in range(30_000)])
    assert found.relation == "different"
    assert "paired by their place" in found.notes[0]
    assert found.evidence[:3] == ("@@ line 1 @@", "-a0 x", "+b0 y")


def test_what_masks_hid_is_shown_where_it_differs() -> None:
    found = compared(["took 3.2s", "took 1.0s", "x"], ["took 3.4s", "took 1.0s", "y"])
    (mask,) = found.masks
    assert (mask.rule, mask.count, mask.examples) == ("duration", 1, ("3.2s → 3.4s",))


def test_masks_of_one_side_only_are_listed() -> None:
    (mask,) = compared(["fast"], ["took 4.1s"]).masks
    assert (mask.rule, mask.count) == ("duration", 0)


def test_codes_for_a_terminal_mean_nothing_and_are_noted() -> None:
    found = compared(["\x1b[1mdone\x1b[0m 0.5"], ["done 0.5"])
    assert found.relation == "within"
    assert found.notes == ("codes that steer a terminal differ",)
    assert compared(["\x1b[1m4s\x1b[0m"], ["\x1b[1m5s\x1b[0m"]).relation == "within"


def test_long_lines_show_where_they_differ() -> None:
    a, b = "x" * 500 + "old" + "y" * 500, "x" * 500 + "new" + "y" * 500
    for line, word in zip(compared([a], [b]).evidence[1:], ("old", "new"), strict=True):
        assert word in line
        assert len(line) <= 160


def test_another_order_is_noted() -> None:
    assert compared(["a", "b"], ["b", "a"]).notes == ("the same lines in another order",)
    assert not compared(["a", "b"], ["b", "c"]).notes


@pytest.mark.slow
def test_a_long_text_takes_seconds_even_where_every_line_differs() -> None:
    a = [f"2026-01-05 12:00:01 step {n} loss 0.{n:06}1" for n in range(50_000)]
    started = time.perf_counter()
    assert compared(a, [f"{line[:-1]}2" for line in a]).relation == "within"
    assert compared(a, [f"{line}9999" for line in a]).relation == "within"
    assert compared(a, [f"{line[:-3]}999" for line in a]).relation == "different"
    assert time.perf_counter() - started < 20
