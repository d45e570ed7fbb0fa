"""Tables of Parquet and Feather (Arrow IPC): schema exact, floats by the tolerance of their width.

Row groups, compression, the library that wrote it and what pandas adds to the schema say how
values are stored, and mean nothing; what differs of it is noted.
"""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.arrow import ArrowFile, read_ipc, read_parquet
from auditor.compare.values.evidence import shown
from auditor.compare.values.tables.table import compare_tables

__all__ = ["Feather", "Parquet"]

_SHORT = 60


class Parquet:
    """Compares Parquet files (https://parquet.apache.org/docs/file-format/)."""

    name = "Parquet table"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.parquet``, and what starts as Parquet does."""
        return path.lower().endswith((".parquet", ".pq")) or head.startswith(b"PAR1")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two tables. Raises ``Unreadable``, ``Undecided``."""
        return _compare(read_parquet(a), read_parquet(b), scope)


class Feather:
    """Compares Arrow IPC files and streams (https://arrow.apache.org/docs/format/Columnar.html)."""

    name = "Arrow table"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.feather``, ``.arrow`` and ``.ipc``, and what starts as Arrow files do."""
        known = path.lower().endswith((".feather", ".arrow", ".ipc"))
        return known or head.startswith(b"ARROW1\0\0")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two tables. Raises ``Unreadable``, ``Undecided``."""
        return _compare(read_ipc(a), read_ipc(b), scope)


def _compare(a: ArrowFile, b: ArrowFile, scope: Scope) -> Difference:
    found = compare_tables(a.table, b.table, scope)
    written = b.written()
    for name, before in a.written().items():
        after = written[name]
        if before != after:
            short = max(len(before), len(after)) <= _SHORT
            change = f": {shown(before)} became {shown(after)}" if short else ""
            found.note(f"other {name}{change}")
    result = found.result()
    noisy = result.magnitude is not None and result.magnitude.differing > 0
    if result.relation == "within" and not (result.notes or result.masks or noisy):
        found.note("how values are stored or compressed differs, not the values")
    return found.result()
