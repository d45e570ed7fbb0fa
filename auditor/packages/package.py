"""A package, and how its manager is asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence

from auditor.model.record import Record

__all__ = ["Package", "answers", "batches"]

_TIMEOUT = 60  # seconds
_AT_ONCE = 500  # arguments: a command line has a bound


class Package(Record, frozen=True, kw_only=True):
    """``name`` as its manager tells it from all others, and ``version``."""

    name: str
    version: str


def answers(argv: Sequence[str]) -> list[str]:
    """Return the lines of what a manager answers; none where it does not."""
    environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "/usr/bin:/bin")}
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.decode("utf-8", "surrogateescape").splitlines()


def batches(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ``items`` in parts that fit a command line."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
