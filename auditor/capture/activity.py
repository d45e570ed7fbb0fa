"""What the processes did: children, network, failures; and where the recorder was blind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from auditor.capture.ended import unfinished
from auditor.capture.environment import NO_PYTHON
from auditor.capture.events import Child, Executed, Net, UncaughtEvent
from auditor.capture.files import Files
from auditor.capture.folder import Folder, ProcessLog
from auditor.capture.stdin import blind as blind_stdin
from auditor.capture.unseen import is_python, why_unseen
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Coverage, NetworkAccess, Process, Uncaught

__all__ = ["coverage", "network", "processes", "uncaught"]

_SOURCE = "audit hook"
_MOST_SHOWN = 20
_MOST = 1000
_LONG = 4000


def network(folder: Folder) -> Fact[tuple[NetworkAccess, ...]]:
    """Return the attempts of all processes to reach a host."""
    if not folder.processes and not folder.watched and not _lookups(folder):
        return unknown(NO_PYTHON, _SOURCE)
    counts: Counter[tuple[str, int | None]] = Counter()
    for log in folder.processes:
        seen = {(e.host, e.port): 1 for e in log.events if isinstance(e, Net)}
        total = {row[:2]: row[2] for row in log.end.network} if log.end else {}
        counts.update({**seen, **total})
    told = {host for host, _port in counts}
    seen = {(e.host, e.port): 1 for e in folder.watched if isinstance(e, Net)}
    counts.update({key: count for key, count in seen.items() if key[0] not in told})
    found = [NetworkAccess(host=host, port=port, count=n) for (host, port), n in counts.items()]
    known = {access.host.lower() for access in found}
    found += [
        NetworkAccess(host=name, port=None, count=count, seen="resolver")
        for name, count in _lookups(folder)
        if name not in known
    ]
    return recorded(tuple(found[:_MOST]), _SOURCE)


def _lookups(folder: Folder) -> tuple[tuple[str, int], ...]:
    return folder.exit.lookups if folder.exit is not None else ()


def processes(folder: Folder) -> Fact[tuple[Process, ...]]:
    """Return each Python process that started, and each other program, as far as it was seen."""
    if not folder.processes and not folder.executed:
        return unknown(NO_PYTHON, _SOURCE)
    found = [
        Process(
            argv=log.start.argv,
            executable=log.start.interpreter.executable,
            python=True,
        )
        for log in folder.processes
        if not log.start.fork
    ]
    found += [
        Process(argv=child.argv, executable=child.executable, python=False)
        for child in _others(folder)
    ]
    source = f"{_SOURCE}, ptrace" if folder.executed else _SOURCE
    return recorded(tuple(found[:_MOST]), source)


def uncaught(folder: Folder) -> Fact[tuple[Uncaught, ...]]:
    """Return the exceptions that nobody caught."""
    if not folder.processes:
        return unknown(NO_PYTHON, _SOURCE)
    events = [event for log in folder.processes for event in log.events]
    found = [
        Uncaught(type=event.type, message=event.message[:_LONG], subject=event.subject)
        for event in events
        if isinstance(event, UncaughtEvent)
    ]
    return recorded(tuple(dict.fromkeys(found))[:_MOST], _SOURCE)


def coverage(folder: Folder, files: Files) -> Fact[Coverage]:
    """Return how the run was observed, and what could not be seen."""
    value = Coverage(
        tracer=_tracer(folder),
        python_processes=len(folder.processes),
        blind=tuple(dict.fromkeys(_blind(folder, files))),
        elsewhere=folder.tree.elsewhere[:_MOST],
        temporary=folder.tree.gone,
    )
    return recorded(value, "recorder")


def _tracer(folder: Folder) -> str:
    """Return what observed: the audit hook, and what saw all programs."""
    parts = ["python"]
    parts += ["ptrace"] if folder.executed else []
    parts += ["syscalls"] if folder.watched else []
    return ", ".join(parts)


def _others(folder: Folder) -> Iterator[Child]:
    """Yield the children that are not Python processes seen from inside."""
    known: set[str] = set()
    for child in _started(folder):
        key = repr(child.argv)
        if key not in known and not _seen_inside(folder, child):
            known.add(key)
            yield child


def _started(folder: Folder) -> Iterator[Child]:
    """Yield what the tracer saw begin; where there was none, what Python processes started."""
    for event in folder.executed:
        yield _child(event)
    if folder.executed:
        return
    for log in folder.processes:
        yield from (event for event in log.events if isinstance(event, Child))


def _child(event: Executed) -> Child:
    return Child(time=event.time, executable=event.path, argv=event.argv, replaces=False)


def _seen_inside(folder: Folder, child: Child) -> bool:
    """Say whether a Python process has this command line, as itself or as its script's."""
    for log in folder.processes:
        argv = log.start.argv
        if argv[1:] == child.argv[1:] and is_python(child.executable):
            return True
        same_script = len(argv) > 1 and _name(argv[1]) == _name(child.executable)
        if same_script and argv[2:] == child.argv[1:]:
            return True
    return False


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _blind(folder: Folder, files: Files) -> Iterator[str]:
    if not folder.processes:
        yield NO_PYTHON
    yield from _blind_processes(folder)
    yield from blind_stdin(folder)
    if folder.exit is not None:
        yield from folder.exit.blind
        if not folder.tree.complete and not folder.exit.error:
            yield "the project has too many files: those that other programs wrote were not found"
    if folder.cut:
        yield "the recorder's files hold more than is read of them: the rest is not known"
    if folder.bad:
        yield f"{folder.bad} line(s) of the recorder's files could not be read"
    for path in files.stale[:_MOST_SHOWN]:
        yield f"{path} was declared as an output, and the run was not seen to write it"


def _blind_processes(folder: Folder) -> Iterator[str]:
    for child in [] if folder.watched else list(_others(folder))[:_MOST_SHOWN]:
        yield why_unseen(child.executable, child.argv)
    natives = sorted({name for log in folder.processes for name in _native(log)})
    for name in [] if folder.watched else natives:
        yield f"{name} opens files by native code, which is not seen"
    silent = len(unfinished(folder))
    if silent:
        yield f"{silent} Python process(es) ended without a last record: killed, or by os._exit"
    libraries = sum(log.end.unfollowed for log in folder.processes if log.end)
    if libraries:
        yield f"{libraries} generator(s) that libraries made at their import were not followed"
    lost = sum(log.end.lost for log in folder.processes if log.end)
    if lost:
        yield f"{lost} event(s) could not be recorded"


def _native(log: ProcessLog) -> tuple[str, ...]:
    return log.end.native if log.end else ()
