"""SQLite databases, opened without a lock, a journal, or trust in their schema.

Format and pragmas: https://www.sqlite.org/fileformat2.html, https://www.sqlite.org/security.html
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.tables.columns import unique
from auditor.compare.values.tables.rows import Batch, Table

__all__ = ["Database", "Entry"]

MAGIC = b"SQLite format 3\0"
MAX_SECONDS = 300.0
_CELLS = 50_000
_STEPS = 100_000
_MAX_LENGTH = 256 * 1024 * 1024
_WAL_AT, _WAL = slice(18, 20), b"\x02\x02"
_SPACE = re.compile(r"\s+")
# What the planner measured, not what the tables hold.
_STATISTICS = ("sqlite_stat",)
_DEFAULT_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _MAX_LENGTH,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
}


class Entry(NamedTuple):
    """One table, index, view or trigger of a schema; ``sql`` with its white space evened out."""

    kind: str
    name: str
    sql: str

    @property
    def virtual(self) -> bool:
        """A table that a module makes up."""
        return self.kind == "table" and self.sql.upper().startswith("CREATE VIRTUAL")

    @property
    def plain(self) -> bool:
        """A table whose rows the database holds."""
        return self.kind == "table" and not self.virtual and not self.name.startswith(_STATISTICS)


class Database:
    """One database. Raises ``Unreadable`` and ``Undecided`` from all methods."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            head = file.read(len(MAGIC) + 4)
        if not head.startswith(MAGIC):
            raise Unreadable("not an SQLite database, or an encrypted one")
        self.write_ahead = head[_WAL_AT] == _WAL

    def schema(self) -> dict[tuple[str, str], Entry]:
        """Return what the database declares, by kind and name."""
        query = "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name"
        with self._opened() as connection:
            entries = [Entry(k, n, _even(sql)) for k, n, sql in connection.execute(query)]
        return {(entry.kind, entry.name): entry for entry in entries}

    def facts(self) -> dict[str, int]:
        """Return the numbers that an application sets in the header."""
        with self._opened() as connection:
            return {
                name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("user_version", "application_id")
            }

    def table(self, name: str) -> Table:
        """Return the table ``name``, its rows by row id, or by primary key where it has none."""
        with self._opened() as connection:
            found = connection.execute(f"PRAGMA table_xinfo({_quoted(name)})").fetchall()
        # Hidden are columns that are computed from others.
        columns = [row[1] for row in found if row[6] == 0]
        keys = [row[1] for row in sorted(found, key=lambda row: row[5]) if row[5]]
        order = self._order(name, columns, keys)
        chosen = ", ".join(map(_quoted, columns)) or "NULL"
        query = f"SELECT {chosen} FROM {_quoted(name)}{order}"  # noqa: S608 - quoted names
        return Table(
            columns=tuple((one, "") for one in unique(columns or ["NULL"])),
            batches=lambda: self._batches(query, len(columns) or 1),
            kind="stored",
        )

    def _order(self, name: str, columns: list[str], keys: list[str]) -> str:
        lowered = {column.lower() for column in columns}
        with self._opened() as connection:
            for row in ("rowid", "_rowid_", "oid"):
                if row in lowered:
                    continue
                try:
                    connection.execute(f"SELECT {row} FROM {_quoted(name)} LIMIT 0")  # noqa: S608
                except sqlite3.OperationalError:
                    continue
                return f" ORDER BY {row}"
        return f" ORDER BY {', '.join(map(_quoted, keys))}" if keys else ""

    def _batches(self, query: str, width: int) -> Iterator[Batch]:
        most = max(1, _CELLS // width)
        with self._opened() as connection:
            cursor = connection.execute(query)
            while rows := cursor.fetchmany(most):
                yield Batch(len(rows), list(zip(*rows, strict=True)))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        end = time.monotonic() + MAX_SECONDS
        uri = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                _harden(connection)
                connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
                yield connection
        except (sqlite3.Error, MemoryError, OverflowError, UnicodeError) as error:
            if "interrupted" in str(error):
                raise Undecided(f"reading it took more than {MAX_SECONDS:.0f} s") from None
            raise Unreadable(f"not a readable database: {str(error)[:200]}") from None


def _harden(connection: sqlite3.Connection) -> None:
    for limit, value in _DEFAULT_LIMITS.items():
        connection.setlimit(limit, value)
    connection.text_factory = _text
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")


def _text(data: bytes) -> str:
    # Databases hold what they are given; bytes that are no text stay apart from each other.
    return data.decode("utf-8", "surrogateescape")


def _even(sql: Any) -> str:  # noqa: ANN401 - a hostile schema holds anything
    return _SPACE.sub(" ", str(sql)).strip()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
