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
    value = Exit(status=_status(folder.exit), code=folder.exit.code, signal=folder.exit.signal)
    return recorded(value, "wait4", folder.exit.error)


def _status(record: ExitRecord) -> Literal["succeeded", "failed", "interrupted", "killed"]:
    if record.interrupted:
        return "interrupted"
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
    value = Arithmetic(libraries=libraries, simd=best.simd, flags=dict(best.flags))
    return recorded(value, "the process's memory, NumPy, torch")


def unfinished(folder: Folder) -> tuple[ProcessLog, ...]:
    """Return the processes that neither ended in order nor gave their place to another program."""
    return tuple(log for log in folder.processes if log.end is None and not _replaced(log))


def _replaced(log: ProcessLog) -> bool:
    return any(isinstance(event, Child) and event.replaces for event in log.events)
