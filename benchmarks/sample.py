"""The sample ``digits`` in a folder of its own, with the environment of the samples."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["AUDITOR", "COMMAND", "copy_of_digits", "environment", "quiet"]

ROOT = Path(__file__).parents[1]
AUDITOR = Path(sys.executable).with_name("auditor")
COMMAND = ("python", "train.py")


def copy_of_digits(folder: Path) -> Path:
    """Copy script and configuration to a folder that is a project of its own; return it."""
    target = folder / "digits"
    (target / ".auditor").mkdir(parents=True)
    for name in ("train.py", "config.json"):
        shutil.copy(ROOT / "samples" / "digits" / name, target)
    return target


def environment() -> dict[str, str]:
    """Return a user's variables after activating the samples' environment."""
    return {**os.environ, "PATH": f"{ROOT / '.venv-samples/bin'}:{os.environ['PATH']}"}


def quiet(folder: Path, *command: str | Path) -> None:
    """Run a command there to its end, its output thrown away."""
    subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
