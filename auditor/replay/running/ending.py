"""What ended a replay from outside, so that it is no outcome of the run."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.model.facts import Exit
from auditor.model.plan import Limits
from auditor.replay.engines import Ended
from auditor.replay.tree.sizes import in_words

__all__ = ["ending"]

_STREAMS = ("stdout", "stderr")
_KILLED = 137  # 128 + SIGKILL


def ending(
    ended: Ended, limits: Limits, observation: Path, wrote: str = ""
) -> tuple[Exit | None, str]:
    """Return how the replay ended and why, ``None`` where the recorder knows that.

    ``wrote`` says that it wrote more than it was allowed to. A stream that is longer than that is
    cut. Raises ``OSError``.
    """
    if ended.timed_out:
        reason = f"it did not end within {limits.timeout:g} s and was stopped"
        return Exit(status="timed-out", code=ended.code, signal="SIGTERM"), reason
    stopped = ended.stopped or wrote or _printed_too_much(limits.log, observation)
    if stopped:
        return Exit(status="over-limit", code=ended.code, signal="SIGKILL"), stopped
    if ended.out_of_memory and ended.code:
        limit = f"its limit of {in_words(limits.memory)}" if limits.memory else "the machine's"
        reason = f"it ran out of memory: {limit} was not enough (--memory)"
        return Exit(status="out-of-memory", code=ended.code, signal="SIGKILL"), reason
    return _recorder(ended, observation)


def _printed_too_much(limit: int | None, observation: Path) -> str:
    found = ""
    for name in _STREAMS if limit is not None else ():
        place = observation / name
        if place.is_file() and limit is not None and place.stat().st_size > limit:
            os.truncate(place, limit)
            found = found or f"it printed more than {in_words(limit)} on {name} (--log)"
    return found


def _recorder(ended: Ended, observation: Path) -> tuple[Exit | None, str]:
    """Say what became of the recorder, where it left no word."""
    if not any(path.name != "request.json" for path in observation.iterdir()):
        lines = [line for line in ended.output.splitlines() if line.strip()]
        said = lines[-1] if lines else f"status {ended.code}"
        return Exit(status="failed", code=ended.code), f"the recorder did not start: {said}"
    if not (observation / "exit.json").is_file():
        killed = "SIGKILL" if ended.code == _KILLED else None
        reason = f"the recorder did not live to the end of the run: status {ended.code}"
        return Exit(status="killed" if killed else "failed", code=ended.code, signal=killed), reason
    return None, ""
