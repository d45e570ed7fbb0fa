"""What was there when the run started, by name."""

from __future__ import annotations

from auditor.capture.events import Rename, Write
from auditor.capture.files import name_in
from auditor.capture.folder import Folder
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.names import Name

__all__ = ["names"]

_SOURCE = "project tree, audit hook"
_NONE = "the recorder ended before it could write them"
_PARTIAL = "the project has too many files: only those in folders that were listed are known"


def names(folder: Folder) -> Fact[tuple[Name, ...]]:
    """Return the names that were there when the run started."""
    if folder.names is None:
        return unknown(_NONE, _SOURCE)
    root = folder.request.root
    changed = _changed(folder)
    found = []
    for place, size, modified in folder.names:
        path = name_in(root, place)
        found.append(Name(path=path, size=size, modified=modified, changed=path in changed))
    return recorded(tuple(found), _SOURCE, "" if folder.tree.complete else _PARTIAL)


def _changed(folder: Folder) -> set[str]:
    """Return what the run wrote or removed, so that it may do so again."""
    root = folder.request.root
    events = [event for log in folder.processes for event in log.events]
    written = {event.path for event in events if isinstance(event, Write)}
    written |= {path for e in events if isinstance(e, Rename) for path in (e.path, e.to) if path}
    return {name_in(root, path) for path in written} | {*folder.tree.changed, *folder.tree.removed}
