"""Generators: what seeded them, and which of them the system's entropy fed."""

from __future__ import annotations

from collections import Counter

from auditor.capture.ended import unfinished
from auditor.capture.environment import NO_PYTHON
from auditor.capture.events import SeedEvent, Unseeded
from auditor.capture.folder import Folder, ProcessLog
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import GeneratorUse, Seed

__all__ = ["generators", "seeds"]

_SOURCE = "recorder"


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
    return recorded(found, "patched random, NumPy, torch", _reason(folder))


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
    return recorded(found, "patched random, NumPy, torch", reason)


def _seeds(log: ProcessLog) -> Counter[tuple[str, str, str, str]]:
    if log.end is not None:
        return Counter({row[:4]: row[4] for row in log.end.seeds})
    rows = [event for event in log.events if isinstance(event, SeedEvent)]
    return Counter({(row.library, row.function, row.value, row.site): 1 for row in rows})


def _unseeded(log: ProcessLog) -> Counter[tuple[str, str, str]]:
    if log.end is not None:
        return Counter({row[:3]: row[3] for row in log.end.unseeded})
    rows = [event for event in log.events if isinstance(event, Unseeded)]
    return Counter({(row.library, row.function, row.site): 1 for row in rows})


def _reason(folder: Folder) -> str:
    count = len(unfinished(folder))
    if not count:
        return ""
    return f"{count} Python process(es) ended without a last record: killed, or by os._exit"
