from __future__ import annotations

import json
import sys
import time

import click
import pytest

from auditor.cli import output
from auditor.model.progress import Amount


@pytest.mark.parametrize(
    ("text", "size"),
    [("500", 500), ("1k", 1024), ("1KB", 1024), ("64MiB", 64 * 2**20), ("1.5G", 3 * 2**29)],
)
def test_sizes(text: str, size: int) -> None:
    assert output.size.convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "much", "1x", "k", "nan", "inf", "1e400", "-5", "-1G"])
def test_what_is_no_size_is_said_so(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no size"):
        output.size.convert(text, None, None)


@pytest.mark.parametrize(("text", "number"), [("5", 5.0), ("0.5", 0.5), ("1e3", 1000.0)])
def test_numbers_above_zero(text: str, number: float) -> None:
    assert output.positive.convert(text, None, None) == number


@pytest.mark.parametrize("text", ["", "much", "0", "-0.0", "-1", "nan", "inf", "1e400"])
def test_what_is_no_number_above_zero_is_said_so(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no number above 0"):
        output.positive.convert(text, None, None)


def test_one_json_document(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    output.json_document({"b": 1, "a": float("nan")})
    told = capsysbinary.readouterr()
    assert json.loads(told.out) == {"a": {"$float": "nan"}, "b": 1}
    assert told.err == b""


def test_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("working") as tell:
        tell("more")
    assert capsys.readouterr() == ("", "")


def test_what_is_quick_shows_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(output, "_PATIENCE", 60.0)
    with output.progress("working") as tell:
        tell("more")
    assert capsys.readouterr().err.strip() == ""


def test_progress_on_a_terminal_goes_to_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(output, "_PATIENCE", 0.0)
    with output.progress("working") as tell:
        tell("more")
        tell("and more")
    assert capsys.readouterr().out == ""


def test_an_amount_is_shown_as_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(output, "_PATIENCE", 0.0)
    with output.progress("working") as tell:
        tell(Amount("fetching [a].csv: 1.0 of 2.0 GB, 85 MB/s", 1, 2))
        time.sleep(0.3)
    with_bar = capsys.readouterr().err
    with output.progress("working") as tell:
        tell("fetching")
        time.sleep(0.3)
    without = capsys.readouterr().err
    assert "fetching [a].csv: 1.0 of 2.0 GB, 85 MB/s" in with_bar
    assert "━" in with_bar
    assert "━" not in without
