"""SQLite."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _sqlite_harmless()
    yield from _sqlite_planted()


def _sqlite(*statements: str, page: int = 1024, reverse: bool = False) -> bytes:
    rows = [(i, f"trial-{i}", i % 4, round(0.8 + i * 0.0037, 4)) for i in range(1, 41)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "db"
        link = sqlite3.connect(place, isolation_level=None)
        link.execute(f"PRAGMA page_size = {page}")
        link.execute(
            "CREATE TABLE trials (id INTEGER PRIMARY KEY, name TEXT, depth INTEGER, score REAL)"
        )
        link.executemany("INSERT INTO trials VALUES (?, ?, ?, ?)", rows[::-1] if reverse else rows)
        link.execute("CREATE TABLE params (name TEXT PRIMARY KEY, value TEXT)")
        link.execute("INSERT INTO params VALUES ('lr', '0.001'), ('seed', '42')")
        for statement in statements:
            link.execute(statement)
        link.close()
        return place.read_bytes()


def _sqlite_harmless() -> Iterator[Pair]:
    emptied = (
        "INSERT INTO trials SELECT id + 100, name, depth, score FROM trials",
        "DELETE FROM trials WHERE id > 100",
    )
    yield harmless(
        "sqlite-vacuumed",
        "trials.db",
        _sqlite(*emptied),
        _sqlite(*emptied, "VACUUM"),
        "Free pages were given back.",
    )
    yield harmless(
        "sqlite-page-size",
        "trials.sqlite",
        _sqlite(),
        _sqlite(page=4096),
        "The same tables in larger pages.",
    )
    yield harmless(
        "sqlite-order-of-writing",
        "trials.sqlite3",
        _sqlite(),
        _sqlite(
            "DELETE FROM params",
            "INSERT INTO params VALUES ('lr', '0.001'), ('seed', '42')",
            reverse=True,
        ),
        "The rows were written in another order; they are found by their keys.",
    )


def _sqlite_planted() -> Iterator[Pair]:
    def change(name: str, why: str, *statements: str) -> Pair:
        return planted(name, "trials.db", _sqlite(), _sqlite(*statements), why)

    yield change("sqlite-row-dropped", "One trial is missing.", "DELETE FROM trials WHERE id = 23")
    yield change(
        "sqlite-score",
        "One score is 0.001 higher.",
        "UPDATE trials SET score = score + 0.001 WHERE id = 9",
    )
    yield change(
        "sqlite-renamed",
        "A column has another name.",
        "ALTER TABLE trials RENAME COLUMN score TO value",
    )
    yield change("sqlite-table-missing", "A table is missing.", "DROP TABLE params")
    yield change(
        "sqlite-null", "One score is missing.", "UPDATE trials SET score = NULL WHERE id = 31"
    )
