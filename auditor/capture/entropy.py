"""What the run's generators took from the system's entropy, so that a replay can be given it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from auditor.capture.bounds import content
from auditor.capture.ended import unfinished
from auditor.capture.environment import NO_PYTHON, main_process
from auditor.capture.events import EntropyEvent, Undrawn
from auditor.capture.folder import Folder, ProcessLog
from auditor.model.entropy import (
    MOST_BYTES,
    MOST_PROCESSES,
    Drawn,
    ProcessEntropy,
    counted,
    is_draw,
)
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Entropy, Fed

__all__ = ["drawn", "entropy", "taken"]

_GLOBAL = "global generator"
_SOURCE = "patched os.urandom, random, NumPy, torch"
_OVERHEAD = 20  # bytes of JSON a draw


def drawn(folder: Folder) -> tuple[ProcessEntropy, ...]:
    """Return the draws of each process, sorted by its role, then by their starts.

    Left out is the start of a global generator that no process drew from, for every program that
    imports a library has one; and what goes beyond the size of the object.
    """
    idle = _idle(folder)
    found: list[ProcessEntropy] = []
    room = MOST_BYTES // 2
    for log in folder.processes:
        for role, draws in _by_role(log).items():
            kept = tuple(draw for draw in draws if draw[:2] not in idle)
            room -= sum(_OVERHEAD + sum(map(len, draw)) for draw in kept)
            if kept and room >= 0 and len(found) < MOST_PROCESSES:
                found.append(ProcessEntropy(role=role, draws=kept))
    return tuple(sorted(found, key=lambda process: process.role))


def entropy(folder: Folder, draws: tuple[ProcessEntropy, ...]) -> Fact[Entropy]:
    """Return the account of ``draws``; its object is kept by ``assemble``."""
    if not folder.processes:
        return unknown(NO_PYTHON, _SOURCE)
    value = Entropy(
        digest=None,
        draws=counted(draws),
        unrecorded=dict(_unrecorded(folder)),
        fed=_fed(folder),
    )
    return recorded(value, _SOURCE)


def _by_role(log: ProcessLog) -> dict[str, list[Drawn]]:
    found: dict[str, list[Drawn]] = {}
    for event in taken(log):
        draw = (event.library, event.function, event.site, event.value)
        if is_draw(draw):
            found.setdefault(event.role, []).append(draw)
    return found


def taken(log: ProcessLog) -> tuple[EntropyEvent, ...]:
    """Return what a process drew from the system's entropy and used."""
    found: dict[int, EntropyEvent] = {}
    last: dict[tuple[str, ...], list[int]] = {}
    for number, event in enumerate(log.events):
        if not isinstance(event, EntropyEvent | Undrawn):
            continue
        key = (event.role, event.library, event.function, event.site)
        if isinstance(event, EntropyEvent):
            found[number] = event
            last.setdefault(key, []).append(number)
        elif last.get(key):
            del found[last[key].pop()]
    return tuple(found.values())


def _idle(folder: Folder) -> set[tuple[str, str]]:
    """Return the global generators that nobody drew from: a forked child may use its parent's."""
    if unfinished(folder):
        return set()
    ends = [log.end for log in folder.processes if log.end is not None]
    used = {row[:2] for end in ends for row in end.unseeded}
    return {(library, _GLOBAL) for library in ("random", "numpy", "torch")} - used


def _unrecorded(folder: Folder) -> Iterator[tuple[str, str]]:
    main = main_process(folder)
    if main is not None and main.start.interpreter.hash_randomised:
        yield "hash secret", "Python does not tell it; PYTHONHASHSEED fixes it"
    ends = [log.end.entropy for log in folder.processes if log.end is not None]
    withheld: Counter[str] = Counter()
    for end in ends:
        withheld.update(dict(end.withheld))
    for who, count in sorted(withheld.items()):
        yield who, f"{count} time(s) from os.urandom: it may be a key"
    for name in sorted({name for end in ends for name in end.silent}):
        yield name, "the values that it draws without a seed are not seen"
    missed = _missed(folder)
    if missed:
        yield "more draws", f"{missed:,} values were too many to write down"
    silent = len(unfinished(folder))
    if silent:
        yield "killed processes", f"{silent} ended without a last record"


def _fed(folder: Folder) -> Fed | None:
    try:
        index = content(folder.place / "entropy" / "index").splitlines()
        offered = sum(int(line.split(b"\t")[1]) for line in index)
    except (OSError, ValueError, IndexError):
        return None
    idle = _idle(folder)
    events = [event for log in folder.processes for event in taken(log)]
    fed = [event.fed for event in events if (event.library, event.function) not in idle]
    return Fed(used=sum(fed), offered=offered, fresh=len(fed) - sum(fed) + _missed(folder))


def _missed(folder: Folder) -> int:
    return sum(log.end.entropy.missed for log in folder.processes if log.end is not None)
