from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import json as module
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


RUN = "123e4567-e89b-12d3-a456-42661417400"


def test_what_no_two_runs_share_is_masked_and_listed(differ: Differ) -> None:
    one = {
        "accuracy": 0.9,
        "train_time_s": 12.3,
        "timestamp": "2024-01-01T10:00:00",
        "run": f"{RUN}0",
    }
    other = {
        "accuracy": 0.9,
        "train_time_s": 12,
        "timestamp": "2024-01-02T10:30:00",
        "run": f"{RUN}1",
    }
    found = differ("a.json", json.dumps(one), json.dumps(other))
    assert found.relation == "within"
    assert [(mask.rule, mask.count) for mask in found.masks] == [
        ("date", 1),
        ("duration", 1),
        ("uuid", 1),
    ]
    assert found.masks[1].examples == ("12.3 → 12",)
    without = differ("a.json", json.dumps(one), json.dumps(other), Policy(masks=()))
    assert without.relation == "different"


def test_a_history_is_a_curve_and_its_numbers_count_once(differ: Differ) -> None:
    one = {"loss": [0.5, 0.4, 0.3, 0.2], "val_loss": [0.5, 0.4, 0.3, 0.2]}
    other = {"loss": [0.5, 0.4, 0.35, 0.3], "val_loss": [0.5, 0.4, 0.3, 0.2]}
    found = differ("a.json", json.dumps(one), json.dumps(other))
    (curve,) = found.curves
    assert (curve.name, curve.parted, curve.total) == ("/loss", 2.0, 4)
    assert found.magnitude is not None
    assert found.magnitude.total == 8


def test_one_more_epoch_is_told(differ: Differ) -> None:
    one, other = {"loss": [0.5, 0.4, 0.3]}, {"loss": [0.5, 0.4, 0.3, 0.2]}
    found = differ("a.json", json.dumps(one), json.dumps(other))
    assert found.notes == ("3 steps became 4",)
    assert found.evidence == ("/loss/3: (absent) → 0.2",)


def test_records_of_steps_are_curves_and_a_lost_one_is_told_as_one(differ: Differ) -> None:
    records = [json.dumps({"step": step, "loss": 1 / (step + 1)}) for step in range(10)]
    found = differ("log.jsonl", "\n".join(records), "\n".join(records[:3] + records[4:]))
    assert found.evidence == ("/3: (object of 2) → (absent)",)
    (curve,) = found.curves
    assert (curve.name, curve.total) == ("/loss", 10)
    worse = [*records[:-1], json.dumps({"step": 9, "loss": 0.5})]
    later = differ("log.jsonl", "\n".join(records), "\n".join(worse))
    assert later.curves[0].parted == 9.0


def test_steps_counted_from_one_are_told(differ: Differ) -> None:
    logs = [
        "\n".join(json.dumps({"step": step + start, "loss": 1 / (step + 1)}) for step in range(5))
        for start in (0, 1)
    ]
    assert "step is shifted by 1" in differ("log.jsonl", *logs).notes


def test_long_lists_are_compared_as_single_elements_are(differ: Differ) -> None:
    one = [index / 7 for index in range(1000)]
    other = [*one[:500], one[500] + 1.0, *one[501:]]
    found = differ("a.json", json.dumps(one), json.dumps(other))
    assert found.evidence == (f"/500: {one[500]!r} → {other[500]!r}",)
    assert found.magnitude is not None
    assert (found.magnitude.differing, found.magnitude.total) == (1, 1000)
    noisy = [value * (1 + 1e-12) for value in one]
    assert differ("a.json", json.dumps(one), json.dumps(noisy)).relation == "within"


def test_decisions_in_lists(differ: Differ) -> None:
    one, other = {"predictions": list("abcabcabc")}, {"predictions": list("abcabcabd")}
    assert differ("a.json", json.dumps(one), json.dumps(one, indent=1)).decisions == "same"
    assert differ("a.json", json.dumps(one), json.dumps(other)).decisions == "different"


def test_keys_in_another_order_are_noted(differ: Differ) -> None:
    assert differ("a.json", '{"a": 1, "b": 2}', '{"b": 2, "a": 1}').notes == (
        "the same keys in another order",
    )


def test_what_would_fill_the_memory_is_undecided(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_VALUES", 3)
    with pytest.raises(Undecided, match="values"):
        differ("a.json", "[[],[],[],[]]", "1")


def test_where_a_curve_parts_stands_before_its_points(differ: Differ) -> None:
    one = {"loss": [1 / (step + 1) for step in range(60)]}
    other = {"loss": [value + 0.1 * (step >= 5) for step, value in enumerate(one["loss"])]}
    for name in ("history.json", "history.yaml"):
        found = differ(name, json.dumps(one), json.dumps(other))
        assert found.evidence[0].startswith("/loss parts at index 5: ")
        assert found.evidence[-1] == "… and 36 more"
        assert found.magnitude is not None
        assert (found.magnitude.differing, found.magnitude.total) == (55, 60)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"param_grid": {"C": [0.1, 1.0, 10.0]}}, []),
        ({"param_grid": {"learning_rate": [0.1, 1.0, 10.0]}}, []),
        ({"betas": [0.9, 0.99, 0.999], "alpha": [0.5, 0.25, 0.75]}, []),
        ({"learning_rate": [0.1, 0.01, 0.001]}, ["/learning_rate"]),
        ({"loss": [0.5, 0.4, 0.3], "custom": [0.1, 0.2, 0.3]}, ["/loss", "/custom"]),
        ({"loss": [0.5, 0.4, 0.3], "weights": [0.1, 0.2, 0.3, 0.4]}, ["/loss"]),
    ],
)
def test_only_what_is_named_as_a_metric_or_stands_beside_one_is_a_curve(
    differ: Differ, document: Any, names: list[str]
) -> None:
    other = json.loads(json.dumps(document), parse_float=lambda text: float(text) + 0.05)
    found = differ("a.json", json.dumps(document), json.dumps(other))
    assert found.relation == "different"
    assert [curve.name for curve in found.curves] == names


def test_nan_does_not_make_another_order(differ: Differ) -> None:
    text = '["imp", {"missing_values": NaN}]'
    assert differ("a.json", text, f" {text}").notes == ()


def test_a_log_of_another_day_has_the_same_values(differ: Differ) -> None:
    def log(day: int, start: float, loss: float) -> str:
        lines = (
            {
                "asctime": f"2024-01-0{day} 10:00:0{step},123",
                "time": start + step,
                "step": step,
                "loss": loss / (step + 1),
                "msg": f"step {step} took {day + step}.5s",
            }
            for step in range(5)
        )
        return "\n".join(map(json.dumps, lines))

    found = differ("log.jsonl", log(1, 1.7e9, 0.5), log(2, 1.71e9, 0.5))
    assert found.relation == "within"
    assert not found.curves
    assert [(mask.rule, mask.count) for mask in found.masks] == [
        ("date", 5),
        ("duration", 5),
        ("time", 5),
    ]
    planted = differ("log.jsonl", log(1, 1.7e9, 0.5), log(2, 1.71e9, 0.6))
    assert planted.relation == "different"
    assert [curve.name for curve in planted.curves] == ["/loss"]
