from __future__ import annotations

import re
import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.compare.values.text.masks import RULES, Masks
from auditor.model.policy import DEFAULT_MASKS, MaskName

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
    ("5/5 [00:01<00:00, 83.2it/s]", "5/5 [<progress-bar>]"),
    ("100%|█████| 5/5 [00:01<00:00, 83.2it/s]", "100%|<progress-bar>| 5/5 [<progress-bar>]"),
    ("7it [00:01, 2.1s/it, loss=0.5]", "7it [<progress-bar>, loss=0.5]"),
    ("45%|##4   | 45/100 [03<04, ?epoch/s]", "45%|<progress-bar>| 45/100 [03<04, ?epoch/s]"),
    ("1.2/3.4 MB 5.6 MB/s eta 0:00:01", "1.2/3.4 MB <duration> eta <duration>"),
    ("Total: 0:00:03.123456", "Total: <duration>"),
    ("at 1:05 PM, 01:05:06 AM", "at <time>, <time>"),
    ("[11/21/26 01:49:23] INFO", "[<date> <time>] INFO"),
    ("2026-01-05 12:00 start", "<date> <time> start"),
    ("runs/20260105-120001/m.pt", "runs/<date>/m.pt"),
    ("outputs/2026-01-05_12-00-01", "outputs/<date>"),
    ("events.out.tfevents.1700000000.x", "events.out.tfevents.<date>.x"),
    ("process id 12", "process id <pid>"),
    ("60/60 1s 3ms/step - loss: 0.5", "60/60 <duration> <duration> - loss: 0.5"),
    ("pid 4242", "pid <pid>"),
    ("PID=17, ppid: 16", "PID=<pid>, ppid: <pid>"),
    ("<Net object at 0x7f3a5c0d1e80>", "<Net object at <address>>"),
    ("run 123e4567-e89b-12d3-a456-426614174000", "run <uuid>"),
    ("saved /tmp/tmpab12cd/model.pkl", "saved /tmp/<temporary-path>/model.pkl"),
    (
        "{'eval_loss': 0.5, 'eval_runtime': 2.736, 'eval_samples_per_second': 19.927}",
        "{'eval_loss': 0.5, 'eval_runtime': <duration>, 'eval_samples_per_second': <duration>}",
    ),
    ("{'train_runtime': '27.36', 'epoch': '3'}", "{'train_runtime': '<duration>', 'epoch': '3'}"),
    ("  train_runtime            = 0:00:12.34", "  train_runtime            = <duration>"),
    ("  train_steps_per_second   =      3.215", "  train_steps_per_second   =      <duration>"),
    (
        "lr: 0.01  loss: 1.2 (1.3)  time: 0.4353  data: 0.0012  max mem: 456",
        "lr: 0.01  loss: 1.2 (1.3)  time: <duration>  data: <duration>  max mem: 456",
    ),
    (
        "iter: 19  time: 0.4353  last_time: 0.7314  data_time: 0.1244  lr: 0.5",
        "iter: 19  time: <duration>  last_time: <duration>  data_time: <duration>  lr: 0.5",
    ),
    (
        "Time  0.123 ( 0.234)\tData  0.010 ( 0.020)\tLoss 6.9e+00",
        "Time  <duration>\tData  <duration>\tLoss 6.9e+00",
    ),
    ("Total time: 0:00:49 (0.4321 s / it)", "Total time: <duration> (<duration>)"),
    ("tok/sec: 56673.30, 82.3 img/s", "tok/sec: <duration>, <duration>"),
    ("inference 29.5 ms/sample", "inference <duration>"),
    ("Timestamp: 1795247568", "Timestamp: <date>"),
    ("run_id: c85f648484be4d79a307a03e2a364ad4", "run_id: <uuid>"),
    ("<sklearn.tree...x7f14a147e4f0>", "<sklearn.tree...<address>>"),
    ("I0105 12:00:01.123456  4242 train.py:7] hi", "I<date> <time>  <pid> train.py:7] hi"),
    ("runs/Jan05_12-00-01_box.lab_lr0.1", "runs/<temporary-path>_lr0.1"),
    ("mean_fit_time        0.005458  0.004806", "mean_fit_time <duration>"),
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
    "20260105",
    "[12:30, 0.5]",
    "fold 20230105-2",
    "resolution 1024s8x",
    "10/20/30 split",
    "time: 0.4353 energy: 0.5",
    "data: 0.0012",
    "data md5 c85f648484be4d79a307a03e2a364ad4",
    "timestamp: 42",
    "time_step: 3, n_time: 5",
    "class Jan05_12",
    "I0105 loss",
]


def mask(line: str, rules: tuple[str, ...] = DEFAULT_MASKS, hosts: tuple[str, ...] = ()) -> str:
    return Masks(rules, hosts).hide(line)[0]


@pytest.mark.parametrize(("line", "expected"), VOLATILE)
def test_volatile_parts_are_hidden(line: str, expected: str) -> None:
    assert mask(line) == expected


@pytest.mark.parametrize("line", RESULTS)
def test_results_are_never_hidden(line: str) -> None:
    assert Masks(DEFAULT_MASKS).hide(line) == (line, [])


def test_a_result_beside_a_duration_stays() -> None:
    assert mask("accuracy 0.95 in 3.2s") == "accuracy 0.95 in <duration>"


def test_what_was_hidden_is_told() -> None:
    found = Masks(DEFAULT_MASKS).hide("pid 7 took 3.2s, then 4ms")
    assert found == (
        "pid <pid> took <duration>, then <duration>",
        [("pid", "7"), ("duration", "3.2s"), ("duration", "4ms")],
    )


def test_only_the_rules_that_are_named_hide() -> None:
    line = "pid 7 took 3.2s"
    assert mask(line, ("pid",)) == "pid <pid> took 3.2s"
    assert mask(line, ()) == line


def test_hosts_are_hidden_as_whole_words() -> None:
    hosts = ("gpu-07", "gpu-07.lab", "vm", "train", "1234", "1e5", "nan")
    line = "on gpu-07.lab and gpu-07: gpu-077, vm, train 1234 1e5 nan"
    hidden = "on <host-name> and <host-name>: gpu-077, vm, train 1234 1e5 nan"
    assert mask(line, ("host-name",), hosts) == hidden
    assert mask(line, (), hosts) == line


def test_every_default_rule_exists() -> None:
    assert {*RULES, "host-name"} == set(DEFAULT_MASKS) == set(get_args(MaskName))


words = st.sampled_from(
    ["took", "in", "at", "pid", "3.2s", "12:00:01", "2026-01-05", "Jan 5", "0x7f", "s", "ms", "Mon"]
)
lines = st.lists(words | st.text(max_size=6) | st.floats().map(str), max_size=8).map(" ".join)


@given(lines)
def test_what_is_hidden_once_stays_as_it_is(line: str) -> None:
    once = mask(line)
    assert mask(once) == once


@given(st.lists(st.floats() | st.integers(), min_size=1), st.sampled_from([" ", ", ", "\t", " | "]))
def test_a_number_without_a_unit_is_never_hidden(numbers: list[float], between: str) -> None:
    line = between.join(map(str, numbers))
    assert mask(line, hosts=tuple(map(str, numbers))) == line


@given(st.from_regex(r"[a-z]{1,12}[ :=]{1,2}", fullmatch=True), st.floats() | st.integers(0))
def test_nor_is_one_after_a_name(name: str, number: float) -> None:
    told = ("took", "pid", "elapsed", "eta", "id")
    if not name.rstrip(" :=").endswith(told):
        assert mask(f"{name}{number}") == f"{name}{number}"


@pytest.mark.parametrize(
    "line",
    [
        "1" * 200_000,
        "1:" * 100_000,
        "took " * 40_000,
        "2026-01-" * 25_000,
        "Jan " * 50_000,
        "12:00:00 " * 20_000,
        "[1:11<" * 30_000,
        "1m" * 100_000,
        "Mon" + " " * 200_000,
        "/s" * 99_999,
        "0%|" + "#" * 200_000,
        "1d" * 99_999,
        "-1234-" * 30_000,
        "time: " * 40_000 + "data",
        "a_" * 100_000 + "_per_second",
        "samples/s " * 20_000,
        "id " * 60_000 + "0" * 32,
        "..." + "0" * 200_000,
        "fit_time " + "1 " * 100_000 + "x",
    ],
)
def test_no_line_takes_long(line: str) -> None:
    started = time.perf_counter()
    mask(line)
    assert time.perf_counter() - started < 3


@given(lines)
def test_what_a_line_needs_is_known_by_its_shape(line: str) -> None:
    shape = re.sub("[0-9]", "0", line)
    for patterns in RULES.values():
        for one in patterns:
            assert one.needed(shape) or one.replace("", line) == line
