"""How the run ended, how long it took, and what its processes said last."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.capture.environment import NO_PYTHON
from auditor.capture.events import Child
from auditor.capture.folder import ExitRecord, Folder, ProcessLog
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Arithmetic, Exit, NumericLibrary, Resources, Times

__all__ = ["arithmetic", "exit_of", "resources", "times", "unfinished"]

_KEEPER = "recorder"
_NO_EXIT = "the recorder left no exit record: it is still running, or the machine went down"


def exit_of(folder: Folder) -> Fact[Exit]:
    """Return how the command ended."""
    if folder.exit is None:
        return unknown(_NO_EXIT, _KEEPER)
    value = Exit(
        status=_status(folder.exit, _oom_kills(folder)),
        code=folder.exit.code,
        signal=folder.exit.signal,
    )
    return recorded(value, "wait4", folder.exit.error)


def _oom_kills(folder: Folder) -> int:
    """Return how many processes of a container were killed; a host's own count is of any run."""
    inside = folder.start is not None and folder.start.container
    return folder.exit.oom_kills if folder.exit is not None and inside else 0


def _status(
    record: ExitRecord, oom_kills: int
) -> Literal["succeeded", "failed", "interrupted", "killed", "out-of-memory"]:
    if record.interrupted:
        return "interrupted"
    if oom_kills and record.code:
        return "out-of-memory"
    if record.signal is not None:
        return "killed"
    return "failed" if record.code else "succeeded"


def times(folder: Folder) -> Fact[Times]:
    """Return when the command started and ended."""
    if folder.exit is not None:
        record = folder.exit
        value = Times(started=record.started, finished=record.finished, duration=record.duration)
        return recorded(value, "clock_gettime")
    if folder.start is not None:
        started = Times(started=folder.start.started, finished=None, duration=None)
        return recorded(started, "clock_gettime", _NO_EXIT)
    return unknown(_NO_EXIT, _KEEPER)


def resources(folder: Folder) -> Fact[Resources]:
    """Return the CPU time and the peak memory of the process tree."""
    if folder.exit is None or folder.exit.usage is None:
        return unknown(folder.exit.error if folder.exit else _NO_EXIT, _KEEPER)
    return recorded(Resources(**msgspec.structs.asdict(folder.exit.usage)), "wait4")


def arithmetic(folder: Folder, main: ProcessLog | None) -> Fact[Arithmetic]:
    """Return the arithmetic of the process with the most numeric libraries, the main one first."""
    if main is None:
        return unknown(NO_PYTHON, _KEEPER)
    ordered = [main, *(log for log in folder.processes if log is not main)]
    told = [log.end.arithmetic for log in ordered if log.end is not None]
    if not told:
        reason = "no process lived to tell: it was killed, or ended by os._exit"
        return unknown(reason, _KEEPER)
    best = max(told, key=lambda facts: (len(facts.libraries), len(facts.flags)))
    libraries = tuple(
        NumericLibrary(**msgspec.structs.asdict(library)) for library in best.libraries
    )
    value = Arithmetic(
        libraries=libraries, simd=best.simd, flags=dict(best.flags), gpu=_gpu(folder)
    )
    return recorded(value, "the process's memory, NumPy, torch")


def _gpu(folder: Folder) -> Literal["used", "loaded", "unused"] | None:
    """Return how far any process came with a GPU; one that did not tell may have used it."""
    ends = [log.end for log in folder.processes if log.end is not None]
    seen = {end.arithmetic.gpu for end in ends} | ({None} if unfinished(folder) else set())
    if "used" in seen:
        return "used"
    if None in seen:
        return None
    return "loaded" if "loaded" in seen else "unused"


def unfinished(folder: Folder) -> tuple[ProcessLog, ...]:
    """Return the processes that neither ended in order nor gave their place to another program."""
    return tuple(log for log in folder.processes if log.end is None and not _replaced(log))


def _replaced(log: ProcessLog) -> bool:
    return any(isinstance(event, Child) and event.replaces for event in log.events)
