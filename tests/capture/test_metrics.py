"""Metrics by RFC 6901."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import contents, metrics
from auditor.capture.metrics import metrics_in, metrics_of
from auditor.model.fact import unknown
from auditor.model.files import File
from auditor.store.objects import Objects


def test_numbers_by_their_place() -> None:
    document = {"a": {"b/c": 1, "d~e": [0.5, True, None, "x"]}, "nan": math.nan, "inf": -math.inf}
    found = metrics_in(json.dumps(document).encode(), "m.json")
    assert [(m.name, m.type) for m in found] == [
        ("/a/b~1c", "int"),
        ("/a/d~0e/0", "float"),
        ("/nan", "float"),
        ("/inf", "float"),
    ]
    assert math.isnan(found[2].value)
    assert found[3].value == -math.inf


def test_a_document_may_be_a_number() -> None:
    (metric,) = metrics_in(b"3", "m.json")
    assert (metric.name, metric.value) == ("", 3.0)


@given(st.integers())
def test_integers_of_any_size(number: int) -> None:
    (metric,) = metrics_in(json.dumps([number]).encode(), "m.json")
    assert metric.type == "int"
    assert metric.value == number or abs(number) > 2**53


def test_integers_beyond_floats_are_infinite() -> None:
    (metric,) = metrics_in(b"[-1" + b"0" * 400 + b"]", "m.json")
    assert metric.value == -math.inf


def keeping(tmp_path: Path) -> contents.Keeping:
    return contents.Keeping(
        objects=Objects(tmp_path / "objects"), tree=tmp_path, absolute=True, saved=None, keep=10
    )


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "{'a': 1}"])
def test_a_file_that_is_no_json_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "metrics.json").write_text(text)
    file = File(path="metrics.json", digest=None, size=None)
    fact = metrics_of(None, (), (file,), keeping(tmp_path))
    assert fact.how == "unknown"
    assert fact.reason.startswith("metrics.json cannot be read")


def test_one_bad_file_does_not_hide_the_good_ones(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"a": 1}')
    fact = metrics_of(unknown("no tracker"), ("good.json", "gone.json"), (), keeping(tmp_path))
    assert [metric.name for metric in fact.value or ()] == ["/a"]
    assert "no tracker" in fact.reason
    assert "gone.json cannot be read" in fact.reason


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_MOST_BYTES", 3)
    (tmp_path / "m.json").write_text("[1, 2]")
    assert "more than 3 bytes" in metrics_of(None, ("m.json",), (), keeping(tmp_path)).reason
