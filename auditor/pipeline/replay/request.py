"""What is asked of a replay, and what comes of it."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import AuditorError, NotReplayedError
from auditor.model.audit import Audit
from auditor.model.record import Record
from auditor.pipeline.sequence import Times
from auditor.replay import Options

__all__ = ["Failed", "ReplayRequest", "Replayed"]


class ReplayRequest(Record, frozen=True, kw_only=True):
    """What to replay, how often, how, by whom, and where to report it.

    ``executor`` is a name as ``executors`` knows it. ``entropy``: replay as often again, fed with
    what the unseeded generators of the original drew.
    """

    refs: tuple[str, ...]
    times: Times
    options: Options
    policy: Path | None = None
    reports: tuple[Path, ...] = ()
    force: bool = False
    executor: str = "local"
    entropy: bool = False


class Replayed(Record, frozen=True, kw_only=True):
    """The audit, where its reports are, and the error that kept the run from being replayed."""

    ref: str
    audit: Audit
    problem: NotReplayedError | None
    reports: tuple[Path, ...] = ()


class Failed(Record, frozen=True, kw_only=True):
    """A reference for which there is no audit: it names nothing, or what it names is damaged."""

    ref: str
    error: AuditorError
