"""What was there when a run started, by name, size and time: an object of its own."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.errors import InputError
from auditor.model.record import Record

__all__ = ["Name", "decode_names", "encode_names"]


class Name(Record, frozen=True, kw_only=True):
    """A file or folder; ``path`` as in ``File``.

    ``size`` in bytes, ``None`` of a folder; ``modified`` in microseconds since 1970. ``changed``:
    the run wrote or removed it.
    """

    path: str
    size: int | None
    modified: int
    changed: bool = False


def encode_names(names: Iterable[Name]) -> bytes:
    """Return the JSON of ``[path, size, modified, changed]`` of each, sorted by path."""
    rows = {one.path: [one.path, one.size, one.modified, one.changed] for one in names}
    return msgspec.json.encode([rows[path] for path in sorted(rows)])


def decode_names(data: bytes) -> tuple[Name, ...]:
    """Return the names in ``data``. Raises ``InputError``."""
    try:
        rows = msgspec.json.decode(data, type=list[tuple[str, int | None, int, bool]])
    except msgspec.MsgspecError as error:
        raise InputError(f"the names of the run's files cannot be read: {error}") from None
    return tuple(
        Name(path=path, size=size, modified=modified, changed=changed)
        for path, size, modified, changed in rows
    )
