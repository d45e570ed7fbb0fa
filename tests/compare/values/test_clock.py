from __future__ import annotations

from typing import Any

import pytest

from auditor.compare.artifacts import Scope, compare_parts
from auditor.compare.values.clock import hidden, last_key, reads_clock
from auditor.model.policy import DEFAULT_MASKS, Policy

CLOCKS = [
    ("train_time", "duration"),
    ("train_time_s", "duration"),
    ("trainTimeMs", "duration"),
    ("elapsed", "duration"),
    ("time_per_epoch", "duration"),
    ("time_total_s", "duration"),
    ("latency_p99_ms", ""),
    ("throughput", ""),
    ("trained_at", "time"),
    ("mean_fit_time", "duration"),
    ("std_score_time", "duration"),
    ("train_runtime", "duration"),
    ("eval_samples_per_second", "duration"),
    ("timestamp", "time"),
    ("created_at", "time"),
    ("start_time", "time"),
    ("utc_time_created", "time"),
    ("pid", "pid"),
    ("hostname", "host"),
]
DATA = [
    "time",
    "timeout_s",
    "audio_seconds",
    "window_ms",
    "max_time",
    "time_step",
    "time_step_s",
    "date",
    "epoch",
    "train_loss",
    "score",
    "test_score",
    "rapid",
    "lifetime",
    "sentiment",
    "dead_time_mean",
    "loss_min",
    "batch",
    "mean",
    "",
]


def scope(masks: tuple[Any, ...] = DEFAULT_MASKS, hosts: tuple[str, ...] = ()) -> Scope:
    return Scope(Policy(masks=masks), ("a.json",), inner=compare_parts, hosts=hosts)


@pytest.mark.parametrize(("key", "meaning"), CLOCKS)
def test_keys_that_name_what_a_clock_says(key: str, meaning: str) -> None:
    assert reads_clock(key) == meaning


@pytest.mark.parametrize("key", DATA)
def test_keys_of_settings_and_data_name_nothing(key: str) -> None:
    assert reads_clock(key) == ""


@pytest.mark.parametrize(
    ("key", "a", "b", "rule"),
    [
        ("fit_time", 1.5, 2, "duration"),
        ("fit_time", -1.5, 2.0, None),
        ("fit_time", float("nan"), 2.0, None),
        ("fit_time", True, False, None),
        ("created_at", 1700000000.5, 1700000100, "time"),
        ("created_at", 1700000000123, 1700000100456, "time"),
        ("created_at", 5, 6, None),
        ("created_at", "2024-01-01T10:00:00Z", "2024-01-02T11:30:00Z", "date"),
        ("created_at", "2024-01-01 by a", "2024-01-01 by b", None),
        ("date", "2024-01-01", "2024-01-02", None),
        ("forecast", "2024-01-01T10:00:00", "2024-01-02T10:00:00", None),
        ("fit_time", "12.5s", "13.5s", "duration"),
        ("pid", 12, 13, "pid"),
        (
            "run",
            "123e4567-e89b-12d3-a456-426614174000",
            "123e4567-e89b-12d3-a456-426614174009",
            "uuid",
        ),
        ("out", "/tmp/abc/m.pkl", "/tmp/xyz/m.pkl", "temporary-path"),
        ("out", "/tmp/abc/m.pkl", "/tmp/xyz/n.pkl", None),
        ("obj", "<Net at 0x7f01>", "<Net at 0x7f02>", "address"),
        ("accuracy", 0.9, 0.8, None),
    ],
)
def test_what_is_hidden(key: str, a: Any, b: Any, rule: str | None) -> None:
    found = hidden(key, a, b, scope())
    assert (found and found[0]) == rule
    assert hidden(key, a, b, scope(masks=())) is None


def test_hosts_are_hidden_where_the_policy_says_so() -> None:
    pair = ("alpha-01", "beta-02")
    assert hidden("hostname", *pair, scope(("uuid",), pair)) is None
    masks = ("host-name",)
    assert hidden("hostname", *pair, scope(masks, pair)) == ("host-name", "alpha-01 → beta-02")
    assert hidden("hostname", "alpha-01", "gamma-03", scope(masks, pair)) is None


def test_indices_name_nothing() -> None:
    assert last_key("/a/fit_time/0/12") == "fit_time"
    assert last_key("") == ""
