"""A quick look-up of names and times over the filed fingerprints; it can be rebuilt at any time.

The documents are the truth: whatever the index lacks is read from them, and whatever they lack is
dropped from it. A broken index is made anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from auditor.errors import AuditorError
from auditor.model.fingerprint import Fingerprint
from auditor.model.record import Record
from auditor.store.documents import Documents

__all__ = ["Entry", "Index"]

_TABLE = """CREATE TABLE IF NOT EXISTS runs
    (id TEXT PRIMARY KEY, name TEXT, command TEXT, status TEXT, started TEXT, stamp INTEGER)"""
_COLUMNS = "id, name, command, status, started, stamp"


class Entry(Record, frozen=True, kw_only=True):
    """One filed fingerprint. ``problem`` says why it cannot be read, and is empty if it can."""

    id: str
    name: str = ""
    command: str = ""
    status: str = "unknown"
    started: str = ""
    problem: str = ""


class Index:
    """The index over the fingerprints of one store."""

    def __init__(self, path: Path, fingerprints: Documents[Fingerprint]) -> None:
        self.path = path
        self.fingerprints = fingerprints

    def entries(self) -> tuple[Entry, ...]:
        """Return what is filed, newest first."""
        filed = self.fingerprints.stamps()
        if not filed:
            return ()
        with self._rows() as database:
            known = _known(database, filed)
            fresh = {name: self._entry(name) for name in filed if name not in known}
            # What cannot be read today may be restored tomorrow: it is never remembered.
            readable = [entry for entry in fresh.values() if not entry.problem]
            database.executemany(
                f"INSERT OR REPLACE INTO runs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
                [(e.id, e.name, e.command, e.status, e.started, filed[e.id]) for e in readable],
            )
            database.commit()
        return tuple({**known, **fresh}[name] for name in filed)

    def named(self, name: str) -> str | None:
        """Return the id of the newest fingerprint of this name, if there is one."""
        return next((entry.id for entry in self.entries() if entry.name == name), None)

    def _entry(self, name: str) -> Entry:
        try:
            fingerprint = self.fingerprints.load(name)
        except AuditorError as error:
            return Entry(id=name, problem=error.message)
        command = fingerprint.recipe.command.value
        times = fingerprint.record.times.value
        ended = fingerprint.outcome.exit.value
        return Entry(
            id=name,
            name=fingerprint.name,
            command=" ".join(command.argv) if command else "",
            status=ended.status if ended else "unknown",
            started=times.started if times else "",
        )

    @contextmanager
    def _rows(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as database:
            yield database

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path)
        try:
            database.execute(_TABLE)
            database.execute(f"SELECT {_COLUMNS} FROM runs LIMIT 1")  # noqa: S608
        except sqlite3.DatabaseError:
            database.close()
            self.path.unlink(missing_ok=True)
            database = sqlite3.connect(self.path)
            database.execute(_TABLE)
        return database


def _known(database: sqlite3.Connection, filed: dict[str, int]) -> dict[str, Entry]:
    """Return what is remembered of the files as they are; forget the others."""
    rows = database.execute(f"SELECT {_COLUMNS} FROM runs").fetchall()  # noqa: S608 - constant
    stale = [(row[0],) for row in rows if filed.get(row[0]) != row[5]]
    database.executemany("DELETE FROM runs WHERE id = ?", stale)
    return {
        row[0]: Entry(id=row[0], name=row[1], command=row[2], status=row[3], started=row[4])
        for row in rows
        if filed.get(row[0]) == row[5]
    }
