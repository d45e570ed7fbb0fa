"""Outputs whose names differ from run to run: which of one run is which of another.

A name that holds the time, the machine or a random id is no other file. Names are paired only
where they are the same but for such a part, and only one on each side is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from auditor.model.files import File
from auditor.model.record import Record

__all__ = ["Paired", "pair_names"]

_DAY = r"20\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3])([-_.:h]?)[0-5]\d\2[0-5]\d(?:[.,_-]?\d{3,6})?Z?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"

# What makes a name differ, in the order in which it is looked for. TensorBoard's event files are
# events.out.tfevents.TIME.HOST.PID.NUMBER; its run folders Jan05_12-00-01_HOST; W&B's
# run-TIME-ID, Hydra's DAY/TIME, Kedro's DAYTTIME.
_PARTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        (
            "time, host or pid",
            r"(?<=tfevents\.)\d{10}\.[^/]{1,255}?\.\d{1,10}(?=\.\d{1,6}(?:\.v2)?$)",
        ),
        ("time or host", r"(?<=tfevents\.)\d{10}\.[^/]{1,255}?(?=$|\.v2$)"),
        ("time or host", rf"(?<![^/]){_MONTH}[0-3]\d_\d\d-\d\d-\d\d_[^/]{{1,255}}?(?=/|$)"),
        ("random id", r"(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"),
        ("time or random id", rf"(?<=run-){_DAY}[-_T]{_CLOCK}-[0-9a-z]{{8}}(?=/|$)"),
        ("time", rf"(?<!\d){_DAY}[-_T /]{_CLOCK}(?!\d)"),
        ("time", rf"(?<!\d){_DAY}(?!\d)"),
        ("time", r"(?<!\d)1[4-9]\d{8}(?:\d{3}|\.\d{1,9})?(?!\d)"),
        ("random id", r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])"),
        ("random id", r"(?<=run-)(?=[a-z]*\d)[0-9a-z]{8}(?=[./]|$)"),
        ("random name", r"(?<![0-9A-Za-z])tmp[a-z0-9_]{8}(?![0-9A-Za-z])"),
        ("pid", r"(?<=pid)[-_.=]?\d{1,10}(?!\d)"),
    )
)
_SHORTEST_HOST = 3


class Paired(Record, frozen=True, kw_only=True):
    """The outputs of all runs by their names in the first run that has them, and what was done.

    ``notes`` are by that name; ``renamed`` are, for each run, its own names and those.
    """

    tables: tuple[Mapping[str, File], ...]
    renamed: tuple[Mapping[str, str], ...]
    notes: Mapping[str, tuple[str, ...]]


def pair_names(tables: tuple[Mapping[str, File], ...], hosts: tuple[str, ...]) -> Paired:
    """Pair the outputs of the original, first in ``tables``, with those of each replay."""
    machines = _machines(hosts)
    notes: dict[str, list[str]] = defaultdict(list)
    found: list[Mapping[str, File]] = [tables[0]]
    renamed: list[Mapping[str, str]] = [{}]
    known = dict(tables[0])
    for number, table in enumerate(tables[1:], start=1):
        names = {}
        for ours, theirs, words in _pairs(known, table, machines):
            names[theirs] = ours
            notes[ours].append(f"paired with {theirs} of replay {number}: another {words}")
        now = {names.get(name, name): file for name, file in table.items()}
        for ours, theirs in _moved(tables[0], now):
            notes[ours].append(f"renamed to {theirs} in replay {number}: the same bytes")
            notes[theirs].append(f"{ours} in the original: the same bytes")
        found.append(now)
        renamed.append(names)
        known |= {name: file for name, file in now.items() if name not in known}
    kept = {name: tuple(dict.fromkeys(lines)) for name, lines in notes.items()}
    return Paired(tables=tuple(found), renamed=tuple(renamed), notes=kept)


def _pairs(
    known: Mapping[str, File], table: Mapping[str, File], machines: re.Pattern[str] | None
) -> Iterator[tuple[str, str, str]]:
    """Yield pairs of names that are the same but for some parts, and what those are."""
    groups: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    words: dict[str, str] = {}
    for side, (names, others) in enumerate(((known, table), (table, known))):
        for name in sorted(name for name in names if name not in others):
            key, parts = _without(name, machines)
            if parts:
                groups[key][side].append(name)
                words[key] = ", ".join(dict.fromkeys(parts))
    for key, (ours, theirs) in sorted(groups.items()):
        for one, other in _one_to_one(ours, theirs, known, table):
            yield one, other, words[key]


def _one_to_one(
    ours: list[str], theirs: list[str], known: Mapping[str, File], table: Mapping[str, File]
) -> Iterator[tuple[str, str]]:
    same = dict(_same_bytes({name: known[name] for name in ours}, {n: table[n] for n in theirs}))
    yield from same.items()
    left = [name for name in ours if name not in same]
    right = [name for name in theirs if name not in same.values()]
    if len(left) == len(right) == 1:
        yield left[0], right[0]


def _moved(original: Mapping[str, File], now: Mapping[str, File]) -> Iterator[tuple[str, str]]:
    gone = {name: file for name, file in original.items() if name not in now}
    new = {name: file for name, file in now.items() if name not in original}
    return _same_bytes(gone, new)


def _same_bytes(a: Mapping[str, File], b: Mapping[str, File]) -> Iterator[tuple[str, str]]:
    """Yield pairs of names of one content that no other file has; empty files tell nothing."""
    one, other = _by_digest(a), _by_digest(b)
    for digest, names in one.items():
        if len(names) == len(other.get(digest, ())) == 1:
            yield names[0], other[digest][0]


def _by_digest(files: Mapping[str, File]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, file in files.items():
        if file.digest is not None and file.size:
            found[file.digest].append(name)
    return found


def _without(name: str, machines: re.Pattern[str] | None) -> tuple[str, list[str]]:
    """Return ``name`` without the parts that differ from run to run, and what they are."""
    words: list[str] = []
    for word, pattern in _PARTS:
        name, count = pattern.subn("\0", name)
        words += [word] * (count > 0)
    if machines is not None:
        name, count = machines.subn("\0", name)
        words += ["host"] * (count > 0)
    return name, words


def _machines(hosts: Iterable[str]) -> re.Pattern[str] | None:
    names = sorted({host for host in hosts if len(host) >= _SHORTEST_HOST}, key=len, reverse=True)
    if not names:
        return None
    return re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, names))})(?![0-9A-Za-z])")
