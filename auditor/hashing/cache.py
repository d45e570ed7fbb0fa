"""Digests of files that did not change since they were hashed, known by their state alone.

A file is the same one by device, inode, size and the times of content and inode in nanoseconds: who
restores the time of the content cannot restore that of the inode. As in git, a file that was young
when it was hashed is not remembered, since a later change may not show in its times.
https://git-scm.com/docs/racy-git

What this cannot see: a write through a memory map that was already dirty, a clock that was set
back, and who can write to the cache or to the disk itself. So it serves where a digest is learnt,
and **never where something is verified**: those functions read the file, and take no cache.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from auditor.hashing.algorithms import algorithm_of
from auditor.hashing.file import State

__all__ = ["Cache"]

RACY = 2_000_000_000  # ns: the coarsest times of a file system, those of FAT
MOST = 1_000_000  # files: about 200 MB
_PENDING = 5_000  # files: one transaction
_PATIENCE = 1.0  # s, for another process that writes
_NO_DAMAGE = {  # SQLite's primary result codes of a file that is whole
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}
_REFUSALS = (sqlite3.Error, UnicodeDecodeError)  # the latter where what is damaged is in a message

# No journal is left for another file of this name when a writer dies: each row has a seal instead,
# so what is half-written is not believed.
_OPEN = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS digests (
    file TEXT NOT NULL UNIQUE, state TEXT NOT NULL, digest TEXT NOT NULL, seal BLOB NOT NULL
);
"""
_FIND = "SELECT state, digest, seal FROM digests WHERE file = ?"
_KEEP = "INSERT OR REPLACE INTO digests (file, state, digest, seal) VALUES (?, ?, ?, ?)"
_BOUND = "DELETE FROM digests WHERE rowid <= (SELECT max(rowid) FROM digests) - ?"


class Cache:
    """The cache in one SQLite file, for one thread; several processes may share the file.

    It never fails: one that is damaged is removed, one that cannot be used is done without.
    """

    def __init__(self, path: Path, *, most: int = MOST) -> None:
        """Take the file, made with mode 0600 when first needed, and how many files it holds."""
        self._path = path
        self._most = most
        self._pending: dict[str, tuple[str, str, str, bytes]] = {}
        self._database: sqlite3.Connection | None = None
        self._usable = True

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Find several in one go: a third of the time. Others cannot write meanwhile: be brief."""
        self._run("BEGIN")
        try:
            yield
        finally:
            self._run("COMMIT")

    def find(self, state: State, algorithm: str) -> str | None:
        """Return the digest of the file that has ``state``, ``None`` if it is not known."""
        file, now = _names(state, algorithm)
        row = self._pending.get(file, (file,))[1:] or self._row(file)
        if row is None:
            return None
        was, digest, seal = row
        return digest if was == now and seal == _seal(file, was, digest) else None

    def keep(self, state: State, digest: str, began: int) -> None:
        """Remember the digest of a file whose reading ``began`` then, in ns since 1970.

        One whose times are not at least two seconds older than that is left out.
        """
        if max(state[3:]) > began - RACY:
            return
        file, now = _names(state, algorithm_of(digest))
        self._pending[file] = (file, now, digest, _seal(file, now, digest))
        if len(self._pending) >= _PENDING:
            self.flush()

    def flush(self) -> None:
        """Write what is remembered."""
        rows, self._pending = list(self._pending.values()), {}
        database = self._opened() if rows else None
        if database is None:
            return
        try:
            with database:
                database.executemany(_KEEP, rows)
                database.execute(_BOUND, (self._most,))
        except _REFUSALS as error:
            self._give_up(error)

    def close(self) -> None:
        """Write what is remembered, and close the file."""
        self.flush()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _row(self, file: str) -> tuple[str, str, bytes] | None:
        database = self._opened()
        if database is None:
            return None
        try:
            row: tuple[str, str, bytes] | None = database.execute(_FIND, (file,)).fetchone()
        except _REFUSALS as error:
            self._give_up(error)
            return None
        return row

    def _run(self, statement: str) -> None:
        database = self._opened()
        if database is None or (statement == "COMMIT") != database.in_transaction:
            return
        try:
            database.execute(statement)
        except _REFUSALS as error:
            self._give_up(error)

    def _opened(self) -> sqlite3.Connection | None:
        if self._database is None and self._usable:
            try:
                _make(self._path)
                self._database = sqlite3.connect(self._path, timeout=_PATIENCE)
                self._database.executescript(_OPEN)
            except (OSError, *_REFUSALS) as error:
                self._give_up(error)
        return self._database

    def _give_up(self, error: Exception) -> None:
        self._usable = False
        if self._database is not None:
            self._database.close()
            self._database = None
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if isinstance(error, _REFUSALS) and code not in _NO_DAMAGE:
            with suppress(OSError):
                self._path.unlink()


def _make(path: Path) -> None:
    """Make the file for its owner alone. Raises ``OSError``, also where it is not this user's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    status = path.lstat()
    others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or others:
        raise PermissionError(f"{path} can be written to by others")


def _names(state: State, algorithm: str) -> tuple[str, str]:
    device, inode, *rest = state
    return f"{algorithm}:{device}:{inode}", ":".join(map(str, rest))


def _seal(file: str, state: str, digest: str) -> bytes:
    """Return what tells a row from a damaged one: bits that flip, text of another type."""
    return hashlib.blake2b(f"{file} {state} {digest}".encode(), digest_size=8).digest()
