"""Generators: what seeded them, and which of them the system's entropy fed."""

from __future__ import annotations

from collections import Counter

from auditor.capture.ended import unfinished
from auditor.capture.entropy import taken
from auditor.capture.environment import NO_PYTHON
from auditor.capture.events import SeedEvent, Unseeded
from auditor.capture.folder import Folder, ProcessLog
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import GeneratorState, GeneratorUse, Seed

__all__ = ["derived", "generators", "seeds", "states"]

_SOURCE = "recorder"
_PATCHED = "patched random, NumPy, torch, TensorFlow, Keras, JAX, CuPy and what trains by them"
_STATES = "random, NumPy, torch"
_NUMPY = "numpy"
_MOST_STATES = 1000


def seeds(folder: Folder) -> Fact[tuple[Seed, ...]]:
    """Return the seeds that were set, over all processes."""
    if not folder.processes:
        return unknown(NO_PYTHON, _SOURCE)
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for log in folder.processes:
        counts.update(_seeds(log))
    found = tuple(
        Seed(library=library, function=function, value=value, site=site, count=count)
        for (library, function, value, site), count in counts.items()
    )
    return recorded(found, _PATCHED, _reason(folder))


def derived(folder: Folder) -> Fact[dict[str, int]]:
    """Return how many seeds libraries chose, by function: they derive from others."""
    if not folder.processes:
        return unknown(NO_PYTHON, _SOURCE)
    counts: Counter[str] = Counter()
    for log in folder.processes:
        for library, function, count in log.end.derived if log.end is not None else ():
            counts[f"{library}.{function}"] += count
    return recorded(dict(sorted(counts.items())), _PATCHED, _reason(folder))


def states(folder: Folder) -> Fact[tuple[GeneratorState, ...]]:
    """Return the states of the global generators, sorted by what each process is."""
    if not folder.processes:
        return unknown(NO_PYTHON, _SOURCE)
    ends = [log.end for log in folder.processes if log.end is not None]
    if not ends:
        return unknown(_reason(folder), _SOURCE)
    found = [
        GeneratorState(process=end.role, library=library, generator=name, first=first, last=last)
        for end in sorted(ends, key=lambda end: end.role)
        for library, name, first, last in end.states
    ]
    more = len(found) - _MOST_STATES
    left = [f"{more:,} more are left out"] if more > 0 else []
    reason = "; ".join([*left, *filter(None, [_reason(folder)])])
    return recorded(tuple(found[:_MOST_STATES]), _STATES, reason)


def generators(folder: Folder) -> Fact[tuple[GeneratorUse, ...]]:
    """Return the generators that drew without a seed; a killed process may have hidden some."""
    if not folder.processes:
        return unknown(NO_PYTHON, _SOURCE)
    counts: Counter[tuple[str, str, str]] = Counter()
    for log in folder.processes:
        counts.update(_unseeded(log))
    reason = _reason(folder)
    if not counts and reason:
        return unknown(reason, _SOURCE)
    found = tuple(
        GeneratorUse(library=library, function=function, site=site, count=count)
        for (library, function, site), count in counts.items()
    )
    return recorded(found, _PATCHED, reason)


def _seeds(log: ProcessLog) -> Counter[tuple[str, str, str, str]]:
    if log.end is not None:
        return Counter({row[:4]: row[4] for row in log.end.seeds})
    rows = [event for event in log.events if isinstance(event, SeedEvent)]
    return Counter({(row.library, row.function, row.value, row.site): 1 for row in rows})


def _unseeded(log: ProcessLog) -> Counter[tuple[str, str, str]]:
    if log.end is not None:
        return Counter({row[:3]: row[3] for row in log.end.unseeded})
    rows = [event for event in log.events if isinstance(event, Unseeded)]
    found = {(row.library, row.function, row.site) for row in rows}
    for draw in taken(log):  # the last one of NumPy is told apart from a seeded one too late
        if draw.library == _NUMPY and draw.site:
            found.add((draw.library, draw.function, draw.site))
    return Counter(dict.fromkeys(found, 1))


def _reason(folder: Folder) -> str:
    count = len(unfinished(folder))
    if not count:
        return ""
    return f"{count} Python process(es) ended without a last record: killed, or by os._exit"
