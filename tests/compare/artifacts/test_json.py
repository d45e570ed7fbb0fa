from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import json as module
from auditor.model.policy import Policy, Rule

Differ = Callable[..., Difference]
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@shared
@given(documents)
def test_a_document_has_its_own_values(differ: Differ, document: Any) -> None:
    found = differ("a.json", json.dumps(document), json.dumps(document, indent=1))
    assert found.relation == "within"
    assert not found.evidence
    assert found.magnitude is None or found.magnitude.max_abs == 0.0


@shared
@given(documents, documents)
def test_swapping_sides_mirrors(differ: Differ, a: Any, b: Any) -> None:
    one, other = (differ("a.json", json.dumps(x), json.dumps(y)) for x, y in ((a, b), (b, a)))
    assert one.relation == other.relation
    assert one.magnitude == other.magnitude


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ('{"a": 1.0}', '{"a": 1.00000000001}', "within"),
        ('{"a": 1.0}', '{"a": 1.1}', "different"),
        ('{"a": 1}', '{"a": 2}', "different"),
        ('{"a": 1}', '{"a": 1.0}', "different"),
        ('{"a": 1}', '{"a": true}', "different"),
        ('{"a": null}', "{}", "different"),
        ('{"a": "x"}', '{"a": "y"}', "different"),
        ("[1, 2]", "[2, 1]", "different"),
        ("[1, 2]", "[1]", "different"),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', "within"),
        ("[NaN, Infinity]", "[NaN,Infinity]", "within"),
        ("[NaN, 1.0]", "[1.0, NaN]", "different"),
        ("[Infinity]", "[-Infinity]", "different"),
    ],
)
def test_values(differ: Differ, a: str, b: str, relation: str) -> None:
    found = differ("a.json", a, b)
    assert found.relation == relation
    assert bool(found.evidence) == (relation == "different")


def test_evidence_names_the_pointer_and_both_values(differ: Differ) -> None:
    found = differ("a.json", '{"a/b": [1.5, 2]}', '{"a/b": [1.5, 3]}')
    assert found.evidence == ("/a~1b/1: 2 → 3",)
    assert found.magnitude is not None
    assert (found.magnitude.where, found.magnitude.differing, found.magnitude.total) == (
        "/a~1b/1",
        1,
        2,
    )


def test_an_integer_that_became_a_float_is_noted(differ: Differ) -> None:
    assert "integer became a float" in differ("a.json", "[1]", "[1.0]").notes[0]


def test_another_order_is_noted(differ: Differ) -> None:
    found = differ("a.json", '["a", "b"]', '["b", "a"]')
    assert found.notes == ("the same elements in another order",)


def test_evidence_is_bounded(differ: Differ) -> None:
    found = differ("a.json", json.dumps(list(range(500))), json.dumps(list(range(1, 501))))
    assert len(found.evidence) == 21
    assert found.evidence[-1] == "… and 480 more"


def test_a_rule_for_a_pointer_holds(differ: Differ) -> None:
    policy = Policy(tolerances=(Rule(match="/loss", absolute=1.0),))
    found = differ("a.json", '{"loss": 0.5, "x": 1.0}', '{"loss": 0.9, "x": 1.0}', policy)
    assert found.relation == "within"
    assert found.tolerance is not None
    assert found.tolerance.source == "policy: /loss"


def test_json_lines_are_compared_record_by_record(differ: Differ) -> None:
    assert differ("a.jsonl", '{"a":1.0}\n{"a":2}\n', '{"a": 1.0}\n\n{"a": 2}').relation == "within"
    assert differ("a.ndjson", "1\n2\n", "1\n3\n").evidence == ("/1: 2 → 3",)


@pytest.mark.parametrize(
    "broken",
    [
        '{"a": ',
        "",
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        "9" * 5000,
        b"\xff\xfe\xfd",
        "[" * 600 + "]" * 600,
    ],
)
def test_what_cannot_be_parsed_is_unreadable(differ: Differ, broken: str | bytes) -> None:
    with pytest.raises((Unreadable, Undecided)):
        differ("a.json", broken, broken)


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided, match="4 bytes"):
        differ("a.json", "1234", "1234")


def test_hostile_text_stays_valid_and_on_one_line(differ: Differ) -> None:
    found = differ("a.json", r'["\ud800\u202e\n"]', '["b"]')
    (line,) = found.evidence
    assert line.encode()
    assert line.isprintable()
