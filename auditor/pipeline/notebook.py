"""``auditor run -- NOTEBOOK``: the command that executes a notebook, beside what it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path, PurePath

from auditor.errors import InputError

__all__ = ["command_of"]

_SUFFIX = ".ipynb"
_LOOK = "import importlib.util, sys; sys.exit(importlib.util.find_spec('nbconvert') is None)"
_SECONDS = 60


def command_of(argv: tuple[str, ...], cwd: Path) -> tuple[str, ...]:
    """Return ``argv``, or what executes the notebook that it names with the ``python`` on PATH.

    The notebook stays as it is; ``NAME.executed.ipynb`` is written beside it, without the times of
    its cells, which no other run would have. Raises ``InputError`` where this cannot be done.
    """
    notebook = argv[0]
    if PurePath(notebook).suffix != _SUFFIX:
        return argv
    if len(argv) > 1:
        raise InputError(
            f"{notebook}: a notebook takes no arguments",
            hint="set parameters in the notebook, or run papermill: auditor run -- papermill …",
        )
    if not (cwd / notebook).is_file():
        raise InputError(f"there is no notebook {notebook}", hint="check the spelling")
    return (
        _interpreter(notebook),
        *("-m", "nbconvert", "--to", "notebook", "--execute"),
        "--ExecutePreprocessor.record_timing=False",
        *("--output", f"{PurePath(notebook).stem}.executed{_SUFFIX}", notebook),
    )


def _interpreter(notebook: str) -> str:
    """Return the name of the interpreter on PATH, which has nbconvert."""
    for name in ("python", "python3"):
        if shutil.which(name) is not None:
            break
    else:
        raise InputError(f"cannot execute {notebook}: no python on PATH", hint="activate one")
    try:
        done = subprocess.run(
            [name, "-c", _LOOK],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"cannot execute {notebook}: {name}: {error}") from error
    if done.returncode:
        raise InputError(
            f"cannot execute {notebook}: the {name} on PATH has no nbconvert",
            hint=f"{name} -m pip install nbconvert ipykernel",
        )
    return name
