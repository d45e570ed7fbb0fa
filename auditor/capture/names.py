"""What was there when the run started, by name."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator

from auditor.capture.events import Listed, Rename, Write
from auditor.capture.files import name_in
from auditor.capture.folder import Folder, NameRow
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.names import Name

__all__ = ["names"]

_SOURCE = "project tree, audit hook"
_NONE = "the recorder ended before it could write them"
_PARTIAL = "the project has too many files: only those in folders that were listed are known"
_MICROSECOND = 1000  # ns


def names(folder: Folder) -> Fact[tuple[Name, ...]]:
    """Return the names that were there when the run started, and the order in listed folders."""
    if folder.names is None:
        return unknown(_NONE, _SOURCE)
    changed = _changed(folder)
    rows = [*folder.names, *_read_elsewhere(folder)]
    found = []
    for row, order in zip(rows, _orders(folder, rows), strict=True):
        path = name_in(folder.request.root, row.path)
        found.append(
            Name(
                path=path,
                size=row.size,
                modified=row.modified,
                changed=path in changed,
                executable=row.executable,
                link=row.link,
                order=order,
            )
        )
    return recorded(tuple(found), _SOURCE, "" if folder.tree.complete else _PARTIAL)


def _orders(folder: Folder, rows: list[NameRow]) -> Iterator[int | None]:
    """Yield the place of each name in the listing of its folder, if the run saw that."""
    events = [event for log in folder.processes for event in log.events]
    listed = {event.path for event in events if isinstance(event, Listed)}
    places: Counter[str] = Counter()
    for row in rows:
        parent = posixpath.dirname(row.path)
        yield places[parent] if parent in listed else None
        places[parent] += 1


def _read_elsewhere(folder: Folder) -> Iterator[NameRow]:
    """Yield the files outside the project that were read, whose folders nobody listed."""
    known = {row.path for row in folder.names or ()}
    written = _written(folder)
    for path, row in folder.first.items():
        outside = name_in(folder.request.root, path) == path
        if outside and path not in known | written and row.stat is not None:
            _device, _inode, size, modified, _changed = row.stat
            yield NameRow(path, size, modified // _MICROSECOND, row.executable)


def _changed(folder: Folder) -> set[str]:
    """Return what the run wrote or removed, so that it may do so again."""
    written = {name_in(folder.request.root, path) for path in _written(folder)}
    return written | {*folder.tree.changed, *folder.tree.removed}


def _written(folder: Folder) -> set[str]:
    events = [event for log in folder.processes for event in log.events]
    written = {event.path for event in events if isinstance(event, Write)}
    return written | {
        path for e in events if isinstance(e, Rename) for path in (e.path, e.to) if path
    }
