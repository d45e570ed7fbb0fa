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
    the run wrote or removed it. ``link`` is what it says where it is a symbolic link; size and time
    are of what it leads to. ``order`` is its place in the listing of its folder, known where the
    run listed that.
    """

    path: str
    size: int | None
    modified: int
    changed: bool = False
    executable: bool = False
    link: str = ""
    order: int | None = None


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """A name as it is written; what is not known of earlier ones is at the end."""

    path: str
    size: int | None
    modified: int
    changed: bool
    executable: bool = False
    link: str = ""
    order: int | None = None


_ROWS = msgspec.json.Decoder(list[_Row])


def encode_names(names: Iterable[Name]) -> bytes:
    """Return the JSON of each name's members, sorted by path, less those that say nothing."""
    rows = {one.path: _row(one) for one in names}
    return msgspec.json.encode([rows[path] for path in sorted(rows)])


def decode_names(data: bytes) -> tuple[Name, ...]:
    """Return the names in ``data``. Raises ``InputError``."""
    try:
        rows = _ROWS.decode(data)
    except msgspec.MsgspecError as error:
        raise InputError(f"the names of the run's files cannot be read: {error}") from None
    return tuple(
        Name(
            path=row.path,
            size=row.size,
            modified=row.modified,
            changed=row.changed,
            executable=row.executable,
            link=row.link,
            order=row.order,
        )
        for row in rows
    )


def _row(name: Name) -> tuple[str | int | bool | None, ...]:
    known = (name.path, name.size, name.modified, name.changed)
    if name.order is not None:
        return (*known, name.executable, name.link, name.order)
    if name.link:
        return (*known, name.executable, name.link)
    return (*known, name.executable) if name.executable else known
