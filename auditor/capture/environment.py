"""What the code stood on: interpreter, system, locale, variables, distributions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor import redaction
from auditor.capture.events import Variable
from auditor.capture.files import name_in
from auditor.capture.folder import Folder, Inventory, ProcessLog
from auditor.capture.imported import Imported
from auditor.model.fact import Fact, declared, derived, recorded, unknown
from auditor.model.facts import (
    Distribution,
    Interpreter,
    Locale,
    Origin,
    System,
    Variables,
)
from auditor.model.record import record_of

__all__ = [
    "NO_PYTHON",
    "dependencies",
    "indexes",
    "interpreter",
    "libc",
    "libraries",
    "locale",
    "main_process",
    "system",
    "variables",
    "zone",
]

NO_PYTHON = (
    "no Python process was seen: the command is none, or its interpreter ran with -I, -E, -S"
)
_KEEPER = "recorder"
_SETTINGS = "variables and configuration files of pip and uv"
_NOT_STARTED = "the command was not started"


def main_process(folder: Folder) -> ProcessLog | None:
    """Return the Python process that the command is, else the first that it started."""
    pid = folder.start.pid if folder.start else None
    same = [log for log in folder.processes if log.start.pid == pid]
    return next(iter(same or folder.processes), None)


def interpreter(folder: Folder, main: ProcessLog | None) -> Fact[Interpreter]:
    """Return the interpreter of the main process."""
    if main is None:
        return unknown(NO_PYTHON, _KEEPER)
    facts = main.start.interpreter
    members = {name: getattr(facts, name) for name in facts.__struct_fields__}
    value = Interpreter(**members, project_path=tuple(_project_path(folder, main)))
    return recorded(value, "sys")


def _project_path(folder: Folder, main: ProcessLog) -> Iterator[str]:
    prefix = main.start.interpreter.prefix.rstrip("/") + "/"
    for entry in dict.fromkeys(main.start.path):
        if entry.rstrip("/") == folder.request.root:
            yield "."
        elif not entry.startswith(prefix):
            relative = name_in(folder.request.root, entry)
            if relative != entry:
                yield relative


def system(folder: Folder) -> Fact[System]:
    """Return the operating system that the command ran on."""
    start = folder.start
    if start is None:
        return unknown(_NOT_STARTED, _KEEPER)
    value = System(system=start.system, distribution=start.distribution, machine=start.machine)
    return recorded(value, "uname, os-release")


def libc(folder: Folder) -> Fact[str]:
    """Return the C library and its version."""
    if folder.start is None or not folder.start.libc:
        return unknown("the C library does not tell its version", _KEEPER)
    return recorded(folder.start.libc, "confstr")


def zone(folder: Folder) -> Fact[str]:
    """Return the time zone."""
    start = folder.start
    if start is None or not start.zone:
        return unknown("/etc/localtime is there and does not tell its name", _KEEPER)
    if start.zone_source.startswith("no "):
        return derived(start.zone, start.zone_source)
    return recorded(start.zone, start.zone_source)


def locale(main: ProcessLog | None) -> Fact[Locale]:
    """Return locale and encodings as the main process had them."""
    if main is None:
        return unknown(NO_PYTHON, _KEEPER)
    facts = main.start.locale
    value = Locale(
        category=facts.category,
        preferred_encoding=facts.preferred,
        filesystem_encoding=facts.filesystem,
    )
    return recorded(value, "setlocale, sys")


def variables(folder: Folder, main: ProcessLog | None) -> Fact[Variables]:
    """Return the environment of the main process, else the one the command was given."""
    source = main.start if main else folder.start
    if source is None:
        return unknown(_NOT_STARTED, _KEEPER)
    value = Variables(values=dict(source.variables), withheld=source.withheld, read=_read(folder))
    return recorded(value, "os.environ" if main else "the command's environment")


def _read(folder: Folder) -> dict[str, str]:
    """Return the variables that were read and have no value here, and where; user code first."""
    events = [event for log in folder.processes for event in log.events]
    rows = [(event.name, event.site) for event in events if isinstance(event, Variable)]
    return dict(sorted(rows, key=lambda row: (row[0], bool(row[1]))))


def indexes(folder: Folder, main: ProcessLog | None) -> Fact[tuple[str, ...]]:
    """Return the package indexes that pip and uv are set to use, without credentials."""
    if main is None:
        return unknown(NO_PYTHON, _KEEPER)
    inventory = _inventory(folder, main)
    if inventory is None or inventory.indexes is None:
        return unknown("the observed interpreter did not tell which indexes are set", _KEEPER)
    found = tuple(dict.fromkeys(map(redaction.url, inventory.indexes)))
    reason = "; ".join(inventory.unread)
    if not found and reason:
        return unknown(reason, _SETTINGS)
    return declared(found, _SETTINGS, reason or ("" if found else "none is set: PyPI is used"))


def dependencies(folder: Folder, main: ProcessLog | None) -> Fact[tuple[Distribution, ...]]:
    """Return what the main process's interpreter had installed."""
    if main is None:
        return unknown(NO_PYTHON, _KEEPER)
    inventory = _inventory(folder, main)
    if inventory is None:
        return unknown("the observed interpreter did not list what it has installed", _KEEPER)
    imported = Imported(folder, main)
    rows = [_distribution(row, imported) for row in inventory.distributions]
    found = tuple(row for row in rows if row is not None)
    lost = len(rows) - len(found)
    reason = f"{lost} distributions could not be described" if lost else ""
    return recorded(found, "importlib.metadata", reason)


def libraries(folder: Folder, main: ProcessLog | None) -> Fact[dict[str, str]]:
    """Return the versions of the libraries that the main process's interpreter links."""
    if main is None:
        return unknown(NO_PYTHON, _KEEPER)
    inventory = _inventory(folder, main)
    if inventory is None or not inventory.libraries:
        return unknown("the observed interpreter did not tell what it links", _KEEPER)
    return recorded(inventory.libraries, "its standard library")


def _inventory(folder: Folder, main: ProcessLog) -> Inventory | None:
    """Return what the interpreter of ``main`` told of itself."""
    facts = main.start.interpreter
    asked = (facts.executable, facts.prefix)
    same = (one for one in folder.inventories if (one.executable, one.prefix) == asked)
    return next(same, None)


def _distribution(row: dict[str, Any], imported: Imported | None = None) -> Distribution | None:
    try:
        members = {key: row[key] for key in Distribution.__struct_fields__ if key in row}
        if members["origin"] is not None:
            members["origin"] = _origin(members["origin"])
        if imported is not None:
            members["imported"] = imported.has(row)
        return record_of(members, Distribution)
    except (KeyError, TypeError, ValueError):
        return None


def _origin(row: dict[str, Any]) -> dict[str, Any]:
    members = {key: row[key] for key in Origin.__struct_fields__ if key in row}
    return {**members, "url": redaction.url(str(members["url"]))}
