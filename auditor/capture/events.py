"""The recorder's events as records. The observed program could write there too: nothing is trusted.

Each class says which event it is by its tag; members are those that the recorder writes.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.capture.bounds import parse
from auditor.model.digest import Digest
from auditor.model.record import record_of

__all__ = [
    "Arith",
    "Child",
    "DeclaredEvent",
    "End",
    "EntropyEnd",
    "EntropyEvent",
    "Event",
    "Executed",
    "Input",
    "Library",
    "Listed",
    "Locale",
    "Mapped",
    "MetricEvent",
    "Mkdir",
    "Net",
    "Note",
    "ParamEvent",
    "PythonFacts",
    "Read",
    "Rename",
    "Saved",
    "SeedEvent",
    "Start",
    "Starts",
    "State",
    "TrackedEvent",
    "UncaughtEvent",
    "Undrawn",
    "Unseeded",
    "Variable",
    "Watching",
    "Write",
    "decode_event",
]

State = tuple[int, int, int, int, int]


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    time: int


class PythonFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The interpreter, as it described itself."""

    implementation: str
    version: str
    build: str
    executable: str
    prefix: str
    base_prefix: str
    tag: str
    soabi: str
    platform: str
    hash_randomised: bool


class Locale(msgspec.Struct, frozen=True, kw_only=True):
    """Locale and encodings in effect."""

    category: str
    preferred: str
    filesystem: str


class Start(_Event, frozen=True, kw_only=True, tag="start"):
    """A Python process began, or was forked off another."""

    fork: bool
    pid: int
    ppid: int
    argv: tuple[str, ...]
    cwd: str
    interpreter: PythonFacts
    path: tuple[str, ...]
    locale: Locale
    variables: dict[str, str]
    withheld: tuple[str, ...]


class Read(_Event, frozen=True, kw_only=True, tag="read"):
    """A regular file was opened for reading, for the first time; ``stat`` as it was then."""

    path: str
    stat: State
    seen: str


class Write(_Event, frozen=True, kw_only=True, tag="write"):
    """A file was opened for writing; ``inplace``: its former content could still be read."""

    path: str
    existed: bool
    inplace: bool


class Rename(_Event, frozen=True, kw_only=True, tag="rename"):
    """A file or folder was renamed; either end is empty if it lies where nothing counts."""

    path: str
    to: str


class Mkdir(_Event, frozen=True, kw_only=True, tag="mkdir"):
    """A folder was made."""

    path: str


class Listed(_Event, frozen=True, kw_only=True, tag="list"):
    """A folder was listed, for the first time by this process."""

    path: str


class Input(_Event, frozen=True, kw_only=True, tag="input"):
    """The program asked for a line of its standard input."""


class Variable(_Event, frozen=True, kw_only=True, tag="variable"):
    """A variable whose value was not recorded was read; ``site`` is empty in library code."""

    name: str
    site: str


class Saved(_Event, frozen=True, kw_only=True, tag="digest"):
    """A content was hashed, and saved, before it was overwritten."""

    path: str
    digest: Digest | None
    size: int
    stat: State
    executable: bool


class Child(_Event, frozen=True, kw_only=True, tag="child"):
    """A program was started; ``replaces``: in the place of this process."""

    executable: str
    argv: tuple[str, ...]
    replaces: bool


class Executed(_Event, frozen=True, kw_only=True, tag="executed"):
    """The tracer saw a program begin; ``script`` is empty where it is none."""

    pid: int
    path: str
    real: str
    script: str
    argv: tuple[str, ...]
    cwd: str


class Mapped(_Event, frozen=True, kw_only=True, tag="mapped"):
    """The tracer saw libraries that no process had mapped before."""

    pid: int
    libraries: tuple[str, ...]


class Starts(_Event, frozen=True, kw_only=True, tag="starts"):
    """The tracer's totals: path, program, script and how often; and what it came too late for."""

    starts: tuple[tuple[str, str, str, int], ...]
    lost: int


class Note(_Event, frozen=True, kw_only=True, tag="note"):
    """Where the tracer was blind."""

    text: str


class Watching(_Event, frozen=True, kw_only=True, tag="watching"):
    """System calls are watched from now on; what follows is of any process."""


class Net(_Event, frozen=True, kw_only=True, tag="network"):
    """A host was to be reached, or looked up."""

    host: str
    port: int | None


class UncaughtEvent(_Event, frozen=True, kw_only=True, tag="uncaught"):
    """An exception that nobody caught; ``thread``: it ended a thread only."""

    type: str
    message: str
    subject: str
    thread: bool


class MetricEvent(_Event, frozen=True, kw_only=True, tag="metric"):
    """The program told a result; ``value`` as Python writes the number, which JSON may not have."""

    name: str
    site: str
    value: str
    type: Literal["int", "float"]


class ParamEvent(_Event, frozen=True, kw_only=True, tag="param"):
    """The program told a parameter that was in effect, as text."""

    name: str
    site: str
    value: str


class DeclaredEvent(_Event, frozen=True, kw_only=True, tag="declared"):
    """The program named a file or a folder by its absolute path; ``stat`` of an input, a file."""

    name: str
    site: str
    kind: Literal["input", "output"]
    stat: State | None


class TrackedEvent(_Event, frozen=True, kw_only=True, tag="tracked"):
    """A parameter or metric was given to a tracker; ``count`` values of it up to then."""

    system: str
    kind: Literal["param", "metric"]
    name: str
    value: str
    count: int = 1


class SeedEvent(_Event, frozen=True, kw_only=True, tag="seed"):
    """A generator was seeded for the first time from this site."""

    library: str
    function: str
    site: str
    value: str


class Unseeded(_Event, frozen=True, kw_only=True, tag="unseeded"):
    """A generator took its start from the system's entropy."""

    library: str
    function: str
    site: str


class EntropyEvent(_Event, frozen=True, kw_only=True, tag="entropy"):
    """A value came from the system's entropy, in hexadecimal; ``role`` is the process's.

    ``fed``: a replay was given it.
    """

    role: str
    library: str
    function: str
    site: str
    value: str
    fed: bool = False


class Undrawn(_Event, frozen=True, kw_only=True, tag="undrawn"):
    """The last value that was drawn there was not used: a seed took its place."""

    role: str
    library: str
    function: str
    site: str


class EntropyEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a process: ``missed`` values were too many to write down.

    ``withheld`` counts those that may be keys by who drew them, ``silent`` are modules that
    draw out of sight.
    """

    missed: int = 0
    withheld: tuple[tuple[str, int], ...] = ()
    silent: tuple[str, ...] = ()


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """A numeric library in memory."""

    kind: str
    file: str
    version: str | None
    kernel: str | None
    threads: int | None


class Arith(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the last bits; ``gpu`` as in the fact."""

    libraries: tuple[Library, ...]
    simd: tuple[str, ...]
    flags: dict[str, str]
    gpu: Literal["used", "loaded", "unused"] | None = None


class End(_Event, frozen=True, kw_only=True, tag="end"):
    """A process ended in order; counts are totals of the process.

    ``modules`` in memory, by the folder of ``sys.path`` that they lie in. ``derived`` counts seeds
    that libraries chose; ``states`` are by library and generator the first digest and the last.
    """

    seeds: tuple[tuple[str, str, str, str, int], ...]
    unseeded: tuple[tuple[str, str, str, int], ...]
    network: tuple[tuple[str, int | None, int], ...]
    arithmetic: Arith
    native: tuple[str, ...]
    unfollowed: int
    lost: int
    modules: dict[str, tuple[str, ...]] | None = None
    entropy: EntropyEnd = EntropyEnd()
    derived: tuple[tuple[str, str, int], ...] = ()
    role: str = ""
    states: tuple[tuple[str, str, Digest | None, Digest | None], ...] = ()


Event = (
    Start
    | Read
    | Write
    | Rename
    | Mkdir
    | Listed
    | Input
    | Variable
    | Saved
    | Child
    | Executed
    | Mapped
    | Starts
    | Note
    | Watching
    | Net
    | UncaughtEvent
    | MetricEvent
    | ParamEvent
    | DeclaredEvent
    | TrackedEvent
    | SeedEvent
    | Unseeded
    | EntropyEvent
    | Undrawn
    | End
)


def decode_event(line: bytes) -> Event | None:
    r"""Return the event in a line, or ``None`` where there is none.

    Names that are not UTF-8 come with their bytes written as ``\xNN``.
    """
    try:
        document = parse(line)
        if b"\\ud" in line:
            document = _printable(document)
        event: Event = record_of(document, Event)  # type: ignore[arg-type]
    except (ValueError, RecursionError):
        return None
    return event


def _printable(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogateescape" if _escaped(value) else "replace")
        return data.decode("utf-8", "backslashreplace")
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return value


def _escaped(text: str) -> bool:
    """Say whether every lone surrogate in ``text`` stands for a byte (PEP 383)."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
