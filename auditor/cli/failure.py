"""The one place where errors are caught: one clear line, a hint, an exit status."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click

from auditor.errors import AuditorError

__all__ = ["BUG", "INTERRUPTED", "MACHINE", "USAGE", "guarded"]

USAGE = 2
BUG = 70
MACHINE = 74
INTERRUPTED = 130


def guarded(call: Callable[[], Any]) -> int:  # noqa: PLR0911 - one return a kind of error
    """Call ``call`` and return the exit status of the program.

    The interpreter's own status for a crash, 1, would read as "diverged": it becomes 70.
    """
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        result = call()
    except AuditorError as error:
        return _say(error.message, error.hint, error.exit_code, error.details)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "auditor"
        return _say(error.format_message(), f"{command} --help lists the options", USAGE)
    except click.ClickException as error:
        return _say(error.format_message(), "", USAGE)
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted", "", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away, as head does; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _say(f"the machine refused: {error}", "", MACHINE)
    except Exception:  # noqa: BLE001 - the last line of defence, and it tells all it knows
        return _bug()
    return result if isinstance(result, int) else 0


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(message: str, hint: str, status: int, details: tuple[str, ...] = ()) -> int:
    for line in (message, *details):
        click.echo(f"auditor: {' '.join(line.split())}", err=True)
    if hint:
        click.echo(f"  hint: {hint}", err=True)
    return status


def _bug() -> int:
    text = traceback.format_exc()
    with tempfile.NamedTemporaryFile(
        "w", prefix="auditor-bug-", suffix=".txt", delete=False
    ) as file:
        file.write(text)
    last = text.strip().splitlines()[-1]
    return _say(f"a bug in auditor: {last}", f"please report it with {Path(file.name)}", BUG)
