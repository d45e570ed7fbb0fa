"""The table of what goes on while several runs are replayed."""

from __future__ import annotations

import sys
import time

import click
import pytest

from auditor.cli.live import watching

Capture = pytest.CaptureFixture[str]


def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def test_without_a_terminal_nothing_is_shown(capsys: Capture) -> None:
    with watching(("one", "two")) as watch:
        watch("one", "locking")
        with watch.aside():
            click.echo("done")
    assert capsys.readouterr() == ("done\n", "")


def test_a_row_a_run_until_it_is_done_with(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)
    with watching(("one", "two")) as watch:
        watch("one", "replaying: 1 of 2 done")
        time.sleep(0.4)
        shown = capsys.readouterr().err
        assert "replaying: 1 of 2 done" in shown
        assert "waiting" in shown
        watch("one", "")
        with watch.aside():
            click.echo("one: identical")
        capsys.readouterr()
        time.sleep(0.4)
        left = capsys.readouterr().err
        assert "replaying" not in left
        assert "two" in left


def test_what_is_printed_goes_to_stdout_alone(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)
    with watching(("one", "two")) as watch, watch.aside():
        click.echo("one: identical")
    shown = capsys.readouterr()
    assert shown.out == "one: identical\n"
    assert "identical" not in shown.err


def test_one_run_has_a_spinner(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    monkeypatch.setattr("auditor.cli.output._PATIENCE", 0.0)
    with watching(("one",)) as watch:
        watch("one", "locking")
        time.sleep(0.3)
    assert "locking" in capsys.readouterr().err
