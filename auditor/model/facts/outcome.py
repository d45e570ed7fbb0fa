"""What a run left: metrics, streams, and how it ended."""

from __future__ import annotations

from typing import Literal

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = ["Exit", "Metric", "Stream"]


class Metric(Record, frozen=True, kw_only=True):
    """A scalar result. ``name`` is a JSON Pointer (RFC 6901) into ``file``, or a tracker's name.

    ``type`` keeps whether it was an integer, which JSON's numbers lose.
    """

    name: str
    value: float
    type: Literal["int", "float"] = "float"
    file: str = ""


class Stream(Record, frozen=True, kw_only=True):
    """What the command wrote to stdout or stderr. ``size`` in bytes; ``kept`` as in ``File``."""

    digest: Digest
    size: int
    kept: bool


class Exit(Record, frozen=True, kw_only=True):
    """How the command ended. ``code`` as the shell sees it; ``signal`` is a name like SIGKILL.

    ``interrupted``: a person's Ctrl-C or a termination request was passed on to it, ``killed``:
    a signal ended it, ``out-of-memory``, ``timed-out`` and ``over-limit`` (it wrote or printed
    more than it was allowed to): a limit ended it.
    """

    status: Literal[
        "succeeded", "failed", "interrupted", "killed", "out-of-memory", "timed-out", "over-limit"
    ]
    code: int | None
    signal: str | None = None
