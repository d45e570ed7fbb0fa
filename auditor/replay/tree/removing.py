"""Removing a folder, whatever was done to it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

__all__ = ["remove"]


def remove(folder: Path) -> None:
    """Remove a folder. One that is deeper than Python's stack, or closed to us, is ``rm``'s."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf", "--one-file-system"]):
            subprocess.run([*command, "--", folder], check=False, capture_output=True)
