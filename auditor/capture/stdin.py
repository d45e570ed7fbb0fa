"""What the command took from its standard input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from auditor.capture.events import Input
from auditor.capture.folder import Folder
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Stdin

__all__ = ["blind", "stdin"]

Kind = Literal["null", "terminal", "pipe", "file", "other"]

_SOURCE = "recorder"
_COPIED = ("pipe", "file")


def stdin(folder: Folder) -> Fact[Stdin]:
    """Return what was read, as far as it was a pipe or a file."""
    if folder.start is None:
        return unknown("the command was not started", _SOURCE)
    record = folder.stdin
    kind = _kind(record.kind if record else folder.start.stdin)
    if record is None and kind in _COPIED:
        return unknown("the recorder ended before it could write what was read", _SOURCE)
    value = Stdin(
        kind=kind,
        digest=record.digest if record else None,
        size=record.size if record else None,
        asked=_asked(folder),
    )
    return recorded(value, _SOURCE, record.reason if record else "")


def blind(folder: Folder) -> Iterator[str]:
    """Yield what could not be seen of it."""
    fact = stdin(folder)
    if fact.value is None:
        return
    if fact.value.kind == "terminal" and fact.value.asked:
        yield "the run asked for input on a terminal: what was typed was not recorded"
    elif fact.value.kind == "other":
        yield "stdin was no file and no pipe that can be copied: what was read was not recorded"
    elif fact.reason:
        yield f"stdin was a {fact.value.kind}, and what was read was not kept: {fact.reason}"


def _kind(name: str) -> Kind:
    known: tuple[Kind, ...] = get_args(Kind)
    return next((kind for kind in known if kind == name), "terminal" if name == "tty" else "other")


def _asked(folder: Folder) -> bool:
    return any(isinstance(event, Input) for log in folder.processes for event in log.events)
