"""Delimited tables: header, rows and text exact, numbers in cells within tolerance."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.values.difference import Found
from auditor.compare.values.evidence import shown
from auditor.model.policy import Tolerance

__all__ = ["Csv"]

MAX_BYTES = 512 * 1024 * 1024
_DELIMITERS = ",;\t|"
# 007 is no number but a name: an account, a postcode
_FLOAT = re.compile(
    r"[-+]?(?:(?:(?:0|[1-9]\d*)\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf(?:inity)?)",
    re.ASCII | re.IGNORECASE,
)


class Csv:
    """Compares two tables cell by cell, in bounded memory."""

    name = "table cells"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.csv`` and ``.tsv``."""
        return path.lower().endswith((".csv", ".tsv"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two tables. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        table = _Table(scope.tolerances.of(), found)
        for number, (left, right) in enumerate(zip_longest(_rows(a), _rows(b)), start=1):
            table.row(number, left, right)
        table.count()
        return found.result()


class _Table:
    def __init__(self, tolerance: Tolerance, found: Found) -> None:
        self.tolerance = tolerance
        self.found = found
        self._header: list[str] = []
        self._counts = [0, 0]

    def row(self, number: int, a: list[str] | None, b: list[str] | None) -> None:
        if number == 1:
            self._header = a or []
        for side, cells in enumerate((a, b)):
            self._counts[side] += cells is not None
        if a is None or b is None:
            self.found.differ(f"row {number}", _whole(a), _whole(b))
        elif len(a) != len(b):
            self.found.differ(f"row {number}", f"{len(a)} cells", f"{len(b)} cells")
        else:
            for column, (left, right) in enumerate(zip(a, b, strict=True)):
                if not self._cell(number, column, left, right):
                    self.found.differ(self._place(number, column), left, right)

    def count(self) -> None:
        """Say it where one table has more rows."""
        a, b = self._counts
        if a != b:
            self.found.note(f"{a} rows became {b}")

    def _cell(self, row: int, column: int, a: str, b: str) -> bool:
        left, right = a.strip(), b.strip()
        if left == right:
            number = _FLOAT.fullmatch(left) is not None
            self.found.tally.total += number
            return number or a == b
        if _FLOAT.fullmatch(left) and _FLOAT.fullmatch(right):
            where = self._place(row, column)
            return self.found.tally.written(left, right, where, self.tolerance)
        return a == b

    def _place(self, row: int, column: int) -> str:
        name = self._header[column] if column < len(self._header) else ""
        return f"row {row}, column {column + 1}" + (f" ({shown(name)})" if name else "")


def _whole(cells: list[str] | None) -> str:
    return "(absent)" if cells is None else ",".join(cells)


def _rows(path: Path) -> Iterator[list[str]]:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of table are more than the {MAX_BYTES} that are parsed")
    delimiter = _delimiter(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file, delimiter=delimiter, strict=True)
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unreadable(f"not a readable table: {error}") from None


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        first = file.readline(1 << 16).decode("utf-8", "replace")
    return max(_DELIMITERS, key=first.count)
