from __future__ import annotations

import uuid
from random import Random
from typing import Any

import pytest

from auditor.compare.artifacts import Scope, compare_parts
from auditor.compare.values.trees.volatile import masked
from auditor.model.policy import DEFAULT_MASKS, Policy

chance = Random(7)
ONE, OTHER = (str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(2))
HEX, HEX2 = (text.replace("-", "") for text in (ONE, OTHER))
DIGEST, DIGEST2 = "d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"


def scope(masks: tuple[Any, ...] = DEFAULT_MASKS) -> Scope:
    return Scope(Policy(masks=masks), ("a.json",), inner=compare_parts)


@pytest.mark.parametrize(
    ("where", "a", "b", "rules"),
    [
        ("/msg", "epoch 3 took 1.2s, loss 0.5", "epoch 3 took 1.4s, loss 0.5", ["duration"]),
        ("/0/message", "2024-01-01 10:00:00 done", "2024-01-02 10:30:00 done", ["date", "time"]),
        ("/msg", "a\nsaved in 1.5s", "a\nsaved in 2.5s", ["duration"]),
        ("/asctime", "2024-01-01 10:00:00,123", "2024-01-01 10:00:01,456", ["time"]),
        ("/ts", "2024-01-01T10:00:00Z", "2024-01-02T10:00:00Z", ["date"]),
        ("/time", "2024-01-01T10:00:00.5+00:00", "2024-01-02T11:00:00.5+00:00", ["date", "time"]),
        ("/time", 1700000000.5, 1700000100, ["time"]),
        ("/ts", 1700000000123, 1700000100456, ["time"]),
        ("/run_id", HEX, HEX2, ["uuid"]),
        ("/model_uuid", HEX, OTHER, ["uuid"]),
        ("/run_uuid", ONE, OTHER, ["uuid"]),
        ("/artifact_uri", f"file:///x/{HEX}/artifacts", f"file:///x/{HEX2}/artifacts", ["uuid"]),
        ("/model_uri", f"runs:/{HEX}/model", f"runs:/{HEX2}/model", ["uuid"]),
        ("/artifact_uri", "file:///tmp/ab1/m", "file:///tmp/cd2/m", ["temporary-path"]),
        (
            "/model_path",
            f"/tmp/a/{HEX}/m",
            f"/tmp/b/{HEX2}/m",
            ["temporary-path", "uuid"],
        ),
    ],
)
def test_what_loggers_and_trackers_write_anew(where: str, a: Any, b: Any, rules: list[str]) -> None:
    found = masked(where, a, b, scope())
    assert [rule for rule, _ in found] == rules
    assert all(" → " in example for _, example in found)
    assert masked(where, a, b, scope(masks=())) == []


@pytest.mark.parametrize(
    ("where", "a", "b"),
    [
        ("/msg", "epoch 3 took 1.2s, loss 0.5", "epoch 3 took 1.4s, loss 0.6"),
        ("/msg", "took <duration>", "took 1.5s"),
        ("/note", "saved in 1.5s", "saved in 2.5s"),
        ("/time", 0.88, 0.99),
        ("/time", 1700000000, 5),
        ("/time/0", 1700000000.5, 1700000100.5),
        ("/time", "2024-01-01", "2024-01-02"),
        ("/time", "10:00:00", "11:00:00"),
        ("/ts", "on 2024-01-01T10:00:00", "on 2024-01-02T10:00:00"),
        ("/date", "2024-01-01T10:00:00", "2024-01-02T10:00:00"),
        ("/run_id", DIGEST, DIGEST2),
        ("/run_id", "first", "second"),
        ("/run_id", HEX, "none"),
        ("/sha", HEX, HEX2),
        ("/data_path", f"/x/{HEX}/a", f"/x/{HEX2}/b"),
        ("/data_path", "/data/v1/x.csv", "/data/v2/x.csv"),
        ("/data_uri", "file:///tmp/a/m", "/tmp/b/m"),
        ("/data_path", f"/x/{DIGEST}", f"/x/{DIGEST2}"),
    ],
)
def test_what_may_be_data_counts(where: str, a: Any, b: Any) -> None:
    assert masked(where, a, b, scope()) == []
    assert masked(where, b, a, scope()) == []


def test_a_policy_that_names_only_some_rules_hides_no_more() -> None:
    assert masked("/ts", "2024-01-01T10:00:00", "2024-01-02T11:00:00", scope(("time",))) == []
    assert masked("/a_path", f"/tmp/a/{HEX}", f"/tmp/b/{HEX2}", scope(("uuid",))) == []
