from __future__ import annotations

from collections import Counter

import pytest

from auditor.compare.values.masks import RULES, masked
from auditor.model.policy import DEFAULT_MASKS

VOLATILE = [
    ("2026-01-05 12:00:01 start", "<date> <time> start"),
    ("2026-01-05T12:00:01.123456Z start", "<date><time> start"),
    ("2026/01/05 12:00:01,123 INFO x", "<date> <time> INFO x"),
    ("at 12:00:01+02:00.", "at <time>."),
    ("Mon Jan  5 12:00:00 2026", "<date>"),
    ("Mon, 05 Jan 2026 12:00:00 GMT", "<date> <time>"),
    ("January 5, 2026", "<date>"),
    ("Jan  5 12:00:00 host x", "<date> <time> host x"),
    ("took 3.2s", "took <duration>"),
    ("took 3.2 s", "took <duration>"),
    ("Elapsed: 12.5", "Elapsed: <duration>"),
    ("done in 1m 3s", "done in <duration>"),
    ("finished in 2h 1m 3.5s", "finished in <duration>"),
    ("250 ms per call", "<duration> per call"),
    ("3.25 seconds", "<duration>"),
    ("training time: 1:02:03.5", "training time: <duration>"),
    ("wall time 2:03", "wall time <duration>"),
    ("ETA: 0:05", "ETA: <duration>"),
    ("5/5 [00:01<00:00, 83.2it/s]", "5/5 [<duration>, <duration>]"),
    ("60/60 1s 3ms/step - loss: 0.5", "60/60 <duration> <duration> - loss: 0.5"),
    ("pid 4242", "pid <pid>"),
    ("PID=17, ppid: 16", "PID=<pid>, ppid: <pid>"),
    ("<Net object at 0x7f3a5c0d1e80>", "<Net object at <address>>"),
    ("run 123e4567-e89b-12d3-a456-426614174000", "run <uuid>"),
    ("saved /tmp/tmpab12cd/model.pkl", "saved /tmp/<temporary-path>/model.pkl"),
]

RESULTS = [
    "accuracy 0.95",
    "loss=0.1234 val_loss=0.2",
    "[123, 456]",
    "ratio 12:30",
    "score 95%",
    "mean 0.5 min 0.3 max 0.9",
    "eta: 0.3, lr 1e-3",
    "took 12 iterations",
    "done in 5 epochs",
    "Decay 10, May 5 runs, Mar 12",
    "checksum 0xdeadbeefcafe",
    "numpy 1.26.4",
    "5m parameters, 3d tensor",
    "epoch 3/10",
    "time: 3.2",
    "model /data/models/best.pkl",
    "rapid 12",
]


def mask(line: str, rules: tuple[str, ...] = DEFAULT_MASKS) -> tuple[str, Counter[str]]:
    counts: Counter[str] = Counter()
    return masked(line, rules, counts), counts


@pytest.mark.parametrize(("line", "expected"), VOLATILE)
def test_volatile_parts_are_hidden(line: str, expected: str) -> None:
    assert mask(line)[0] == expected


@pytest.mark.parametrize("line", RESULTS)
def test_results_are_never_hidden(line: str) -> None:
    found, counts = mask(line)
    assert found == line
    assert not +counts


def test_a_result_beside_a_duration_stays() -> None:
    assert mask("accuracy 0.95 in 3.2s")[0] == "accuracy 0.95 in <duration>"


def test_only_the_rules_that_are_named_hide() -> None:
    line = "pid 7 took 3.2s"
    assert mask(line, ("pid",)) == ("pid <pid> took 3.2s", Counter(pid=1))
    assert mask(line, ())[0] == line


def test_every_default_rule_exists() -> None:
    assert set(RULES) == set(DEFAULT_MASKS)
