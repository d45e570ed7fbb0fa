from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Scope, Undecided, Unreadable, compare_parts
from auditor.compare.artifacts.sqlite import Sqlite
from auditor.compare.readers import sqlite as reader
from auditor.model.policy import Policy

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a database of statements."""
    made: list[Path] = []

    def database(*statements: str) -> Path:
        path = tmp_path / f"{len(made)} ?#%.db"
        made.append(path)
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return path

    return database


def compare(a: Path, b: Path, siblings: tuple[Path, Path] | None = None) -> Difference:
    scope = Scope(Policy(), ("x/run.db",), inner=compare_parts, siblings=lambda _name: siblings)
    return Sqlite().compare(a, b, scope)


TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, x)"


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("1.5", "1.50000000001", "within"),
        ("1.5", "1.75", "different"),
        ("1", "2", "different"),
        ("1", "1.0", "different"),
        ("1", "'1'", "different"),
        ("NULL", "0", "different"),
        ("x'00ff'", "x'00fe'", "different"),
        ("'a'", "'b'", "different"),
        ("CAST(x'ff' AS TEXT)", "CAST(x'fe' AS TEXT)", "different"),
        ("9223372036854775807", "9223372036854775806", "different"),
    ],
)
def test_cells(make: Make, a: str, b: str, relation: str) -> None:
    paths = [make(TABLE, f"INSERT INTO t VALUES (1, {value})") for value in (a, b)]
    assert compare(*paths).relation == relation


def test_times_are_data_and_their_column_is_named(make: Make) -> None:
    table = "CREATE TABLE runs (id INTEGER PRIMARY KEY, start_time REAL, uuid TEXT)"
    rows = [
        "INSERT INTO runs VALUES (1, 1700000000.0, '123e4567-e89b-12d3-a456-426614174000')",
        "INSERT INTO runs VALUES (1, 1700000900.0, '123e4567-e89b-12d3-a456-426614174001')",
    ]
    found = compare(*(make(table, row) for row in rows))
    assert found.relation == "different"
    assert not found.masks
    assert found.evidence[0].startswith("table runs: row 1, column 'start_time': ")


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("CREATE TABLE t (x)", "CREATE  TABLE t\n(x)", "within"),
        ("CREATE TABLE t (x)", "CREATE TABLE t (x INTEGER)", "different"),
        ("CREATE TABLE t (x)", "CREATE TABLE u (x)", "different"),
        ("PRAGMA user_version=1", "PRAGMA user_version=2", "different"),
        ("PRAGMA page_size=512", "PRAGMA page_size=1024", "within"),
    ],
)
def test_schema(make: Make, a: str, b: str, relation: str) -> None:
    paths = [make(statement, "CREATE TABLE other (y)") for statement in (a, b)]
    assert compare(*paths).relation == relation


def test_rows_without_a_row_id_are_in_the_order_of_their_key(make: Make) -> None:
    table = "CREATE TABLE t (k TEXT PRIMARY KEY, x) WITHOUT ROWID"
    rows = ["INSERT INTO t VALUES ('a', 1)", "INSERT INTO t VALUES ('b', 2)"]
    assert compare(make(table, *rows), make(table, *rows[::-1])).relation == "within"


def test_computed_columns_and_views_are_not_evaluated(make: Make) -> None:
    statements = (
        "CREATE TABLE t (x INTEGER, twice AS (x * 2))",
        "INSERT INTO t VALUES (4)",
        "CREATE VIEW v AS SELECT missing FROM nowhere",
    )
    found = compare(make(*statements), make(*statements))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.total == 1


def test_a_virtual_table_is_compared_by_the_tables_that_it_keeps(make: Make) -> None:
    table = "CREATE VIRTUAL TABLE words USING fts5(text)"
    one, other = (make(table, f"INSERT INTO words VALUES ('{text}')") for text in ("a b", "a c"))
    found = compare(one, other)
    assert found.relation == "different"
    assert "virtual table words: compared by the tables that it keeps" in found.notes


def test_a_virtual_table_that_keeps_nothing_stays_open(make: Make) -> None:
    virtual = "CREATE VIRTUAL TABLE v USING csv(f)"
    statements = (
        "CREATE TABLE t (x)",
        "PRAGMA writable_schema=ON",
        f"INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, '{virtual}')",
    )
    assert compare(make(*statements), make(*statements)).relation == "unknown"


def test_a_write_ahead_log_stays_open(make: Make, tmp_path: Path) -> None:
    statements = ("PRAGMA journal_mode=WAL", "CREATE TABLE t (x)")
    paths = make(*statements), make(*statements)
    (note, *_) = compare(*paths).notes
    assert "write-ahead mode" in note
    log, empty = tmp_path / "log", tmp_path / "empty"
    log.write_bytes(b"frames")
    empty.touch()
    assert compare(*paths, (log, empty)).relation == "unknown"
    assert compare(*paths, (empty, empty)).relation == "within"


def test_nothing_is_written_beside_it(make: Make, tmp_path: Path) -> None:
    path = make("PRAGMA journal_mode=WAL", "CREATE TABLE t (x)")
    before = (sorted(tmp_path.iterdir()), path.read_bytes())
    compare(path, path)
    assert (sorted(tmp_path.iterdir()), path.read_bytes()) == before


def test_what_takes_too_long_is_undecided(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        "INSERT INTO t SELECT i, i FROM n"
    )
    path = make(TABLE, rows)
    monkeypatch.setattr(reader, "MAX_SECONDS", -1.0)
    with pytest.raises(Undecided, match="took more than"):
        compare(path, path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"SQLite format 3\0" + b"x" * 900])
def test_what_is_no_database_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        compare(path, path)
