"""Programs and libraries of the system that the run used, with their digests."""

from __future__ import annotations

import json
import os
import struct

from ..observer import content
from .programs import NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Collection, Dict, Iterable, List, Optional, Tuple

__all__ = ["used"]

_MOST_HASHED = 64 * 1024 * 1024  # of larger ones the build id says which they are
_ELF = b"\x7fELF\x02"
_HEADER = struct.Struct("=16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("=IIQQQQQQ")
_NOTE = struct.Struct("=III")
_PT_NOTE, _BUILD_ID = 4, 3


def used(folder: str, apart: Collection[str]) -> Tuple[Optional[Dict[str, Any]], List[str]]:
    """Return the record of programs and libraries, ``None`` where none was seen; and notes.

    Nothing in the folders ``apart`` is in it: they are the project's and the interpreter's.
    """
    events = _events(os.path.join(folder, "events", NAME))
    notes = [str(event["text"]) for event in events if event["event"] == "note"]
    starts = _starts(events)
    lost = sum(int(event["lost"]) for event in events if event["event"] == "starts")
    if lost:
        notes.append("%d process(es) ended before they could be looked at" % lost)
    if not starts:
        return None, notes
    libraries = {
        path for event in events if event["event"] == "mapped" for path in event["libraries"]
    }
    programs = _programs(starts, apart)
    executed = {real for _path, real, _script in starts}
    record = {
        "programs": [dict(row, **_identity(row["file"])) for row in programs],
        "libraries": [
            dict(_identity(path), file=path)
            for path in sorted(libraries - executed)
            if not _is_apart(path, apart)
        ],
    }
    return record, notes


def _events(place: str) -> List[Dict[str, Any]]:
    found = []
    try:
        with open(place, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError:
        return []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [event for event in found if isinstance(event, dict) and "event" in event]


def _starts(events: Iterable[Dict[str, Any]]) -> Dict[Tuple[str, str, str], int]:
    """Return how often each path, program and script was started, as far as it is known."""
    found: Dict[Tuple[str, str, str], int] = {}
    for event in events:
        if event["event"] == "executed":
            key = (event["path"], event["real"], event["script"])
            found[key] = found.get(key, 0) + 1
        elif event["event"] == "starts":
            found.update({tuple(row[:3]): row[3] for row in event["starts"]})
    return found


def _programs(
    starts: Dict[Tuple[str, str, str], int], apart: Collection[str]
) -> List[Dict[str, Any]]:
    """Return one row for each program, and one for each script that is not the project's."""
    counts: Dict[Tuple[str, str, str], int] = {}
    for (path, real, script), count in starts.items():
        rows = [(path, real, "")]
        if script:
            rows.append((script, os.path.realpath(script), path))
        for row in rows:
            if not (_is_apart(row[0], apart) or _is_apart(row[1], apart)):
                counts[row] = counts.get(row, 0) + count
    return [
        {"path": path, "file": file, "interpreter": interpreter, "starts": count}
        for (path, file, interpreter), count in sorted(counts.items())
    ]


def _is_apart(path: str, apart: Collection[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in apart)


def _identity(path: str) -> Dict[str, Any]:
    """Return the digest of a file, or of a very large one its build id."""
    try:
        if os.stat(path).st_size > _MOST_HASHED:
            return {"digest": None, "build_id": _build_id(path)}
        return {"digest": content.digest(path)["digest"], "build_id": ""}
    except (OSError, struct.error):
        return {"digest": None, "build_id": ""}


def _build_id(path: str) -> str:
    """Return the build id of a 64-bit ELF file in hexadecimal digits, ``""`` if it has none."""
    with open(path, "rb") as file:
        header = file.read(_HEADER.size)
        if not header.startswith(_ELF):
            return ""
        fields = _HEADER.unpack(header)
        file.seek(fields[5])
        table = file.read(fields[9] * fields[10])
        for number in range(fields[10]):
            segment = _SEGMENT.unpack_from(table, number * fields[9])
            if segment[0] == _PT_NOTE:
                file.seek(segment[2])
                found = _in_notes(file.read(min(segment[5], 1 << 16)))
                if found:
                    return found
    return ""


def _in_notes(notes: bytes) -> str:
    offset = 0
    while offset + _NOTE.size <= len(notes):
        name_size, size, kind = _NOTE.unpack_from(notes, offset)
        name = offset + _NOTE.size
        start = name + (name_size + 3) // 4 * 4
        if kind == _BUILD_ID and notes[name : name + 4] == b"GNU\0":
            return notes[start : start + size].hex()
        offset = start + (size + 3) // 4 * 4
    return ""
