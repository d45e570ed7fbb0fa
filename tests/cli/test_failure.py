from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from auditor.cli.failure import guarded
from auditor.errors import (
    AuditorError,
    EngineError,
    InputError,
    IntegrityError,
    MachineError,
    NotReplayedError,
)


@pytest.fixture(autouse=True)
def _restore_sigterm() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("x"), 2),
        (click.UsageError("x"), 2),
        (click.ClickException("x"), 2),
        (NotReplayedError("x"), 3),
        (EngineError("x"), 3),
        (IntegrityError("x"), 5),
        (AuditorError("x"), 70),
        (ZeroDivisionError("x"), 70),
        (MachineError("x"), 74),
        (OSError(28, "x"), 74),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
    ],
)
def test_every_error_has_its_status_and_one_line(
    error: BaseException, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: _raise(error)) == status
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0].startswith("auditor: ")
    assert "Traceback" not in told.err


def test_the_hint_stands_under_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(lambda: _raise(InputError("no such\nrun", hint="record one")))
    assert capsys.readouterr().err == "auditor: no such run\n  hint: record one\n"


def test_a_usage_error_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(click.Command("replay"), info_name="auditor replay")
    guarded(lambda: _raise(click.UsageError("bad", ctx=context)))
    assert "auditor replay --help" in capsys.readouterr().err


def test_a_bug_keeps_its_traceback_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(lambda: _raise(ZeroDivisionError("x")))
    path = Path(capsys.readouterr().err.split()[-1])
    assert "ZeroDivisionError" in path.read_text("utf-8")
    path.unlink()


@pytest.mark.parametrize(("result", "status"), [(None, 0), (0, 0), (4, 4), ("words", 0)])
def test_a_commands_own_status_comes_through(result: object, status: int) -> None:
    assert guarded(lambda: result) == status


def test_a_termination_request_ends_like_ctrl_c() -> None:
    assert guarded(lambda: os.kill(os.getpid(), signal.SIGTERM) or signal.pause()) == 130


def test_a_reader_that_went_away_is_no_error() -> None:
    program = (
        "import sys; from auditor.cli.failure import guarded; import os\n"
        "def call():\n raise BrokenPipeError\n"
        "sys.exit(guarded(call))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
