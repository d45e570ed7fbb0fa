"""The pairs that measure detection, and what auditor says of the half it is tuned with."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

HERE = Path(__file__).parents[2] / "benchmarks" / "detection"
HALVES = ("tuning", "aside")
LARGEST = 50_000  # bytes
MODULES = ("measure", "pair", "pairs", "place", "scoring", "wilson")


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the benchmark's scripts as modules, gone afterwards: their names are short."""
    monkeypatch.syspath_prepend(HERE / "make")
    monkeypatch.syspath_prepend(HERE)
    for name in MODULES:
        sys.modules.pop(name, None)
    yield SimpleNamespace(**{name: _imported(name) for name in MODULES})
    for name in MODULES:
        sys.modules.pop(name, None)


def _imported(name: str) -> ModuleType:
    return importlib.import_module(name)


@pytest.mark.parametrize("half", HALVES)
def test_each_half_is_many_small_pairs(benchmark: Any, half: str) -> None:
    pairs = benchmark.pairs.load(half)
    effects = Counter(pair.effect for pair in pairs)
    assert len(pairs) >= 40
    assert min(effects["harmless"], effects["planted"]) >= 30
    assert len({pair.kind for pair in pairs}) >= 25
    assert all(place.stat().st_size <= LARGEST for pair in pairs for place in (pair.a, pair.b))


def test_halves_are_those_of_the_rule(benchmark: Any) -> None:
    loaded = {half: benchmark.pairs.load(half) for half in HALVES}
    every = [
        SimpleNamespace(
            name=pair.name, effect=pair.effect, values=pair.expected["values"], kind=pair.kind
        )
        for half in HALVES
        for pair in loaded[half]
    ]
    ruled = benchmark.place.halves(every)
    for half in HALVES:
        assert {pair.name for pair in loaded[half]} == {pair.name for pair in ruled[half]}


def test_halves_have_the_same_kinds(benchmark: Any) -> None:
    tuning, aside = (
        Counter(
            (pair.effect, pair.expected["values"], pair.kind) for pair in benchmark.pairs.load(half)
        )
        for half in HALVES
    )
    assert all(abs(tuning[group] - aside[group]) <= 1 for group in tuning | aside)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('effect = "planted"', 'effect = "odd"'),
        ('values = "different"', 'values = "same"'),
        ('bytes = "different"', 'bytes = "same"'),
        ('why = "', 'reason = "'),
        ("[expected]", '[expected]\nmood = "same"'),
    ],
)
def test_a_pair_that_is_not_as_it_should_be_is_refused(
    benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    folder = tmp_path / "tuning" / "npy-odd"
    pair = benchmark.pair.planted("npy-odd", "w.npy", b"1", b"2", "One weight is another.")
    benchmark.place.written(folder.parent, pair)
    monkeypatch.setattr(benchmark.pairs, "HERE", tmp_path)
    assert [pair.name for pair in benchmark.pairs.load("tuning")] == ["npy-odd"]
    text = (folder / "pair.toml").read_text()
    (folder / "pair.toml").write_text(text.replace(old, new))
    with pytest.raises(ValueError, match="npy-odd"):
        benchmark.pairs.load("tuning")


@pytest.mark.parametrize(
    ("answer", "found", "alarms", "left"),
    [("different", 1.0, 1.0, 0), ("same", 0.0, 0.0, 0), ("inconclusive", 0.0, 0.0, 1)],
)
def test_an_answer_counts_as_what_it_is(
    benchmark: Any, answer: str, found: float, alarms: float, left: int
) -> None:
    results = benchmark.scoring.outcomes(
        benchmark.pairs.load("tuning"), lambda _pair: ({"values": answer}, "")
    )
    (row,) = [one for one in benchmark.scoring.tallies(results) if one.level == "values"]
    assert row.detection.count == found * row.detection.total
    assert row.false_alarms.count == alarms * row.false_alarms.total
    assert row.open == left * (row.detection.total + row.false_alarms.total)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 20, 0.0, 0.1611), (10, 20, 0.2993, 0.7007), (20, 20, 0.8389, 1.0), (0, 0, 0.0, 1.0)],
)
def test_intervals_are_wilsons(
    benchmark: Any, count: int, total: int, low: float, high: float
) -> None:
    assert benchmark.wilson.Rate(count, total).interval == pytest.approx((low, high), abs=1e-4)


@pytest.mark.slow
def test_nothing_goes_wrong_in_the_half_for_tuning(benchmark: Any) -> None:
    wrong = [one for one in benchmark.measure.measured("tuning") if one.wrong]
    assert [(one.result, one.level, one.name) for one in wrong] == []


@pytest.mark.slow
def test_the_measurement_is_one_document() -> None:
    command = [sys.executable, HERE / "measure.py", "--half", "tuning", "--json"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    document = json.loads(ended.stdout)
    assert document["half"] == "tuning"
    assert [row["level"] for row in document["rates"]] == ["bytes", "values", "decisions"]
    (row, *_) = document["rates"]
    assert row["detection"]["count"] == row["detection"]["total"] > 0
