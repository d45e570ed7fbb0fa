"""SQLite databases: schema and rows, not pages.

Integers, text and blobs are exact, reals within tolerance, in every column: also times are data.
Views are not evaluated and virtual tables not read: their content lies in other tables.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.sqlite import MAGIC, Database, Entry
from auditor.compare.values.difference import Found
from auditor.compare.values.tables.table import compare_tables

__all__ = ["Sqlite"]

_ABSENT = "(absent)"
_BEFORE = 15


class Sqlite:
    """Compares databases table by table."""

    name = "SQLite tables"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the first bytes say it
        """Know what starts as SQLite's format does, whatever it is called."""
        return head.startswith(MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two databases. Raises ``Unreadable``, ``Undecided``."""
        one, other = Database(a), Database(b)
        found = Found()
        _write_ahead(one, other, scope, found)
        before, after = one.facts(), other.facts()
        for name in before:
            if before[name] != after[name]:
                found.differ(f"PRAGMA {name}", before[name], after[name])
        for entry in _schema(one.schema(), other.schema(), found):
            if entry.plain:
                tables = one.table(entry.name), other.table(entry.name)
                part = compare_tables(*tables, scope).result()
                found.add(f"table {entry.name}", part)
        result = found.result()
        noisy = result.magnitude is not None and result.magnitude.differing > 0
        if result.relation == "within" and not noisy:
            found.note("pages, free space or counters of the file differ, not what it holds")
        return found.result()


def _schema(
    a: dict[tuple[str, str], Entry], b: dict[tuple[str, str], Entry], found: Found
) -> list[Entry]:
    """Add how two schemas differ; return what both have."""
    shared = []
    for key in sorted({*a, *b}):
        left, right = a.get(key), b.get(key)
        name = " ".join(key)
        if left is None or right is None:
            found.differ(
                name, *((one.sql or "present") if one else _ABSENT for one in (left, right))
            )
            continue
        if left.sql != right.sql:
            found.differ(f"{name}, as declared", *_parting(left.sql, right.sql))
        shared.append(left)
        _set_aside(left, {name for _, name in a}, found)
    return shared


def _parting(a: str, b: str) -> tuple[str, str]:
    """Return both texts from shortly before where they part."""
    pairs = enumerate(zip(a, b, strict=False))
    same = next((index for index, (x, y) in pairs if x != y), min(len(a), len(b)))
    start = max(0, same - _BEFORE)
    dots = "…" if start else ""
    return dots + a[start:], dots + b[start:]


def _set_aside(entry: Entry, names: set[str], found: Found) -> None:
    if entry.kind == "table" and entry.name.startswith("sqlite_stat"):
        found.note(f"table {entry.name}: statistics of the query planner are not compared")
    elif entry.virtual:
        shadows = [name for name in names if name.startswith(f"{entry.name}_")]
        if shadows:
            found.note(f"virtual table {entry.name}: compared by the tables that it keeps")
        else:
            found.unknown(f"virtual table {entry.name} is made up by a module, and is not read")


def _write_ahead(a: Database, b: Database, scope: Scope, found: Found) -> None:
    if not (a.write_ahead or b.write_ahead):
        return
    logs = scope.siblings(f"{PurePosixPath(scope.path).name}-wal")
    if logs is None:
        found.note("in write-ahead mode: only what had reached the database itself is compared")
    elif any(path.stat().st_size for path in logs):
        found.unknown("part of it stands in its write-ahead log (-wal), which is not read")
