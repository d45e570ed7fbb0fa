"""The observation folder, loaded: documents, digests, and the events process by process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from auditor.capture.bounds import Ration, content, names_in, parse
from auditor.capture.events import (
    End,
    Event,
    Executed,
    Start,
    State,
    Watching,
    decode_event,
)
from auditor.errors import InputError
from auditor.model.digest import Digest
from auditor.model.facts import Programs
from auditor.model.record import Record, record_of

__all__ = [
    "ExitRecord",
    "Folder",
    "Hashed",
    "Inventory",
    "ProcessLog",
    "Request",
    "StartRecord",
    "StdinRecord",
    "Tree",
    "Usage",
    "load",
]

T = TypeVar("T")
_MOST_INVENTORIES = 64


class NameRow(msgspec.Struct, frozen=True, array_like=True):
    """A name that was there: ``size`` in bytes, ``None`` of a folder; ``modified`` in microseconds.

    ``link`` is what a symbolic link says.
    """

    path: str
    size: int | None
    modified: int
    executable: bool = False
    link: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller asked the keeper for."""

    schema: str
    root: str
    cwd: str
    name: str = ""
    argv: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    params: dict[str, str] = msgspec.field(default_factory=dict)
    masked: dict[str, int] = msgspec.field(default_factory=dict)
    trace: str = "auto"


class StartRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the keeper knew when the command started.

    ``inside``: the container, as it was seen from inside; ``image`` was handed in.
    """

    argv: tuple[str, ...]
    pid: int | None
    started: str
    stdin: str
    container: bool
    system: str
    machine: str
    distribution: str
    libc: str
    zone: str
    zone_source: str
    variables: dict[str, str]
    withheld: tuple[str, ...]
    inside: dict[str, str] = msgspec.field(default_factory=dict)
    image: str = ""


class StdinRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the command took from its standard input; ``reason``: why its copy is not whole."""

    kind: str
    digest: Digest | None
    size: int | None
    reason: str


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds and bytes."""

    user: float
    system: float
    peak_memory: int


class ExitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How the command ended; ``error`` says why it could not be started.

    ``oom_kills`` of its processes were killed by the kernel; ``lookups`` are names and how often
    their address was asked for, by whatever program.
    """

    code: int
    signal: str | None
    interrupted: bool
    error: str
    blind: tuple[str, ...]
    started: str
    finished: str
    duration: float
    usage: Usage | None
    oom_kills: int = 0
    lookups: tuple[tuple[str, int], ...] = ()


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What the run changed in the project, relative to its root, and what it wrote elsewhere."""

    changed: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    complete: bool = False
    elsewhere: tuple[str, ...] = ()
    gone: int = 0


class Hashed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``digests.jsonl``."""

    path: str
    when: str
    digest: Digest | None
    size: int | None
    stat: State | None
    executable: bool
    reason: str
    seen: str = ""


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What one interpreter has installed."""

    executable: str
    prefix: str
    distributions: tuple[dict[str, Any], ...]
    indexes: tuple[str, ...] | None = None
    unread: tuple[str, ...] = ()
    libraries: dict[str, str] = msgspec.field(default_factory=dict)


class ProcessLog(Record, frozen=True, kw_only=True):
    """The events of one process between its start and its end, if it wrote one."""

    start: Start
    events: tuple[Event, ...]
    end: End | None


class Folder(Record, frozen=True, kw_only=True):
    """All that could be read; ``bad`` lines were passed over, ``cut``: there was too much.

    ``names`` is what was there when the run started, in each folder in the order in which it was
    listed; ``None`` where the recorder did not come to write them.
    ``executed`` and ``programs`` are what a tracer saw, if there was one, and ``watched`` what the
    system calls of all processes told, if they were watched.
    """

    place: Path
    request: Request
    start: StartRecord | None
    exit: ExitRecord | None
    tree: Tree
    stdin: StdinRecord | None
    names: tuple[NameRow, ...] | None
    processes: tuple[ProcessLog, ...]
    executed: tuple[Executed, ...]
    watched: tuple[Event, ...] = ()
    programs: Programs | None
    first: dict[str, Hashed]
    end: dict[str, Hashed]
    inventories: tuple[Inventory, ...]
    bad: int
    cut: bool = False


def load(place: Path) -> Folder:
    """Load an observation folder, complete or not. Raises ``InputError`` if it is none."""
    request = _document(place / "request.json", Request)
    if request is None:
        raise InputError(
            f"{place} is not an observation folder", hint="it has no readable request.json"
        )
    ration = Ration()
    processes, executed, watched, bad = _processes(place / "events", ration)
    hashed, unread = _digests(place / "digests.jsonl", ration)
    return Folder(
        place=place,
        request=request,
        start=_document(place / "start.json", StartRecord),
        exit=_document(place / "exit.json", ExitRecord),
        tree=_document(place / "tree.json", Tree) or Tree(),
        stdin=_document(place / "stdin.json", StdinRecord),
        names=_names(place / "names.json"),
        processes=processes,
        executed=executed,
        watched=watched,
        programs=_document(place / "programs.json", Programs),
        first={row.path: row for row in reversed(hashed) if row.when == "first"},
        end={row.path: row for row in hashed if row.when == "end"},
        inventories=tuple(_inventories(place)),
        bad=bad + unread,
        cut=ration.spent,
    )


def _document(path: Path, kind: type[T]) -> T | None:
    try:
        return record_of(parse(content(path)), kind)
    except (OSError, ValueError, RecursionError):
        return None


def _inventories(place: Path) -> Iterator[Inventory]:
    asked = [path for path in names_in(place, ".json") if path.name.startswith("inventory-")]
    for path in asked[:_MOST_INVENTORIES]:
        inventory = _document(path, Inventory)
        if inventory is not None:
            yield inventory


def _digests(path: Path, ration: Ration) -> tuple[list[Hashed], int]:
    rows: list[Hashed] = []
    bad = 0
    for line in ration.lines(path):
        try:
            rows.append(record_of(parse(line), Hashed))
        except (ValueError, RecursionError):
            bad += 1
    return rows, bad


def _names(path: Path) -> tuple[NameRow, ...] | None:
    """Return the names that are text: others cannot be told apart from what stands for them."""
    rows = _document(path, list[NameRow])
    return None if rows is None else tuple(row for row in rows if _is_text(row.path + row.link))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _processes(
    folder: Path, ration: Ration
) -> tuple[tuple[ProcessLog, ...], tuple[Executed, ...], tuple[Event, ...], int]:
    logs: list[ProcessLog] = []
    executed: list[Executed] = []
    watched: list[Event] = []
    bad = 0
    for path in names_in(folder, ".jsonl"):
        decoded = [decode_event(line) for line in ration.lines(path)]
        events = [event for event in decoded if event is not None]
        bad += len(decoded) - len(events)
        logs += _split(events)
        executed += [event for event in events if isinstance(event, Executed)]
        if events and isinstance(events[0], Watching):
            watched += events
    ordered = sorted(logs, key=lambda log: log.start.time)
    return tuple(ordered), tuple(executed), tuple(watched), bad


def _split(events: list[Event]) -> Iterator[ProcessLog]:
    """Split at each start: a program that takes a process's place writes to the same file."""
    begins = [number for number, event in enumerate(events) if isinstance(event, Start)]
    stops = [*begins[1:], len(events)] if begins else []  # the tracer has no start
    for begin, stop in zip(begins, stops, strict=True):
        start = events[begin]
        assert isinstance(start, Start)
        own = events[begin + 1 : stop]
        end = next((event for event in reversed(own) if isinstance(event, End)), None)
        yield ProcessLog(start=start, events=tuple(own), end=end)
