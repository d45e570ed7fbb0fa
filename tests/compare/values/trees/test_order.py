from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Scope, compare_parts
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.order import reordered
from auditor.compare.values.trees.tree import compare_trees
from auditor.model.policy import Policy

NAN = float("nan")
records = st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.floats()})


def compared(a: Any, b: Any) -> Difference:
    found = Found()
    compare_trees(a, b, Scope(Policy(), ("a.json",), inner=compare_parts), found)
    return found.result()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (["imp", {"missing_values": NAN}], ["imp", {"missing_values": float("nan")}], False),
        (["pyarrow", NAN], ["pyarrow", float("nan")], False),
        (["pyarrow", NAN], [float("nan"), "pyarrow"], True),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], [{"b": 2, "a": 1}, {"a": 1, "b": 2}], False),
        ([{"a": 1, "b": 2}, {"a": 2}], [{"a": 2}, {"b": 2, "a": 1}], True),
        ([1, 2], [2, 2], False),
        ([[1], [2]], [[2], [1]], False),
    ],
)
def test_the_order_differs_or_not(a: list[Any], b: list[Any], *, expected: bool) -> None:
    assert reordered(a, b) is expected


@given(st.lists(records, max_size=8), st.data())
def test_records_in_another_order_are_one_line(a: list[Any], data: st.DataObject) -> None:
    b = json.loads(json.dumps(data.draw(st.permutations(a))))
    found = compared(a, b)
    moved = found.relation == "different"
    assert moved == ("the same elements in another order" in found.notes)
    assert len(found.evidence) == moved
    assert found.magnitude is None or found.magnitude.differing == 0


@pytest.mark.parametrize(("key", "decisions"), [("id", "same"), ("word", "different")])
def test_a_key_tells_for_which_case_a_record_decides(key: str, decisions: str) -> None:
    cases = [{key: name, "pred": pred} for name, pred in (("k", "x"), ("l", "y"), ("m", "x"))]
    found = compared(cases, cases[::-1])
    assert found.relation == "different"
    assert found.decisions == decisions
    assert found.evidence == (": 2 of 3 records stand elsewhere, the first: 0 → 2",)
