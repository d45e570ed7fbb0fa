"""The observation folder, loaded: documents, digests, and the events process by process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from auditor.capture.events import End, Event, Start, State, decode_event
from auditor.errors import InputError
from auditor.model.record import Record

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
NameRow = tuple[str, int | None, int]

_MOST_BYTES = 1 << 30


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


class StartRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the keeper knew when the command started."""

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


class StdinRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the command took from its standard input; ``reason``: why its copy is not whole."""

    kind: str
    digest: str | None
    size: int | None
    reason: str


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds and bytes."""

    user: float
    system: float
    peak_memory: int


class ExitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How the command ended; ``error`` says why it could not be started."""

    code: int
    signal: str | None
    interrupted: bool
    error: str
    blind: tuple[str, ...]
    started: str
    finished: str
    duration: float
    usage: Usage | None


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What the run changed in the project, relative to its root, and what it wrote elsewhere."""

    changed: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    complete: bool = False
    elsewhere: tuple[str, ...] = ()
    gone: int = 0


class Hashed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``digests.jsonl``."""

    path: str
    when: str
    digest: str | None
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


class ProcessLog(Record, frozen=True, kw_only=True):
    """The events of one process between its start and its end, if it wrote one."""

    start: Start
    events: tuple[Event, ...]
    end: End | None


class Folder(Record, frozen=True, kw_only=True):
    """All that could be read; ``bad`` lines were passed over.

    ``names``: path, size in bytes (``None`` of a folder) and mtime in microseconds of what was
    there when the run started; ``None`` where the recorder did not come to write them.
    """

    place: Path
    request: Request
    start: StartRecord | None
    exit: ExitRecord | None
    tree: Tree
    stdin: StdinRecord | None
    names: tuple[NameRow, ...] | None
    processes: tuple[ProcessLog, ...]
    first: dict[str, Hashed]
    end: dict[str, Hashed]
    inventories: tuple[Inventory, ...]
    bad: int


def load(place: Path) -> Folder:
    """Load an observation folder, complete or not. Raises ``InputError`` if it is none."""
    request = _document(place / "request.json", Request)
    if request is None:
        raise InputError(
            f"{place} is not an observation folder", hint="it has no readable request.json"
        )
    processes, bad = _processes(place / "events")
    hashed, unread = _digests(place / "digests.jsonl")
    return Folder(
        place=place,
        request=request,
        start=_document(place / "start.json", StartRecord),
        exit=_document(place / "exit.json", ExitRecord),
        tree=_document(place / "tree.json", Tree) or Tree(),
        stdin=_document(place / "stdin.json", StdinRecord),
        names=_names(place / "names.json"),
        processes=processes,
        first={row.path: row for row in reversed(hashed) if row.when == "first"},
        end={row.path: row for row in hashed if row.when == "end"},
        inventories=tuple(_inventories(place)),
        bad=bad + unread,
    )


def _document(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(json.loads(_bytes(path)), kind)
    except (OSError, ValueError, RecursionError):
        return None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


def _inventories(place: Path) -> Iterator[Inventory]:
    for path in sorted(place.glob("inventory-*.json")):
        inventory = _document(path, Inventory)
        if inventory is not None:
            yield inventory


def _lines(path: Path) -> list[bytes]:
    """Return the whole lines of a file; a torn last one is none."""
    try:
        return [line for line in _bytes(path).split(b"\n")[:-1] if line]
    except OSError:
        return []


def _digests(path: Path) -> tuple[list[Hashed], int]:
    rows: list[Hashed] = []
    lines = _lines(path)
    for line in lines:
        try:
            rows.append(msgspec.convert(json.loads(line), Hashed))
        except (ValueError, RecursionError):
            continue
    return rows, len(lines) - len(rows)


def _names(path: Path) -> tuple[NameRow, ...] | None:
    """Return the names that are text: others cannot be told apart from what stands for them."""
    rows = _document(path, list[NameRow])
    return None if rows is None else tuple(row for row in rows if _is_text(row[0]))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _processes(folder: Path) -> tuple[tuple[ProcessLog, ...], int]:
    logs: list[ProcessLog] = []
    bad = 0
    for path in sorted(folder.glob("*.jsonl")):
        decoded = [decode_event(line) for line in _lines(path)]
        events = [event for event in decoded if event is not None]
        bad += len(decoded) - len(events)
        logs += _split(events)
    return tuple(sorted(logs, key=lambda log: log.start.time)), bad


def _split(events: list[Event]) -> Iterator[ProcessLog]:
    """Split at each start: a program that takes a process's place writes to the same file."""
    begins = [number for number, event in enumerate(events) if isinstance(event, Start)]
    for begin, stop in zip(begins, [*begins[1:], len(events)], strict=True):
        start = events[begin]
        assert isinstance(start, Start)
        own = events[begin + 1 : stop]
        end = next((event for event in reversed(own) if isinstance(event, End)), None)
        yield ProcessLog(start=start, events=tuple(own), end=end)
