"""Delimited tables: columns by name, text exact, numbers in cells within tolerance.

Of how a table is written (RFC 4180 leaves it open), the delimiter, quotes, line ends, blank
lines and a byte order mark mean nothing; those that differ are noted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.grid import grid, is_header
from auditor.compare.values.tables.cells import number
from auditor.compare.values.tables.table import compare_tables

__all__ = ["Csv"]

MAX_BYTES = 512 * 1024 * 1024
# A row in quotes may go on over many lines.
MAX_ROW = 4 * 1024 * 1024
_DELIMITERS = ",;\t|"
_MARK = b"\xef\xbb\xbf"


class Csv:
    """Compares two tables, in bounded memory."""

    name = "table cells"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.csv`` and ``.tsv``."""
        return path.lower().endswith((".csv", ".tsv"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two tables. Raises ``Unreadable``, ``Undecided``."""
        one, other = _dialect(a), _dialect(b)
        firsts = [list(islice(_rows(path, side), 1)) for path, side in ((a, one), (b, other))]
        header = all(is_header(first) for first in firsts if first) and any(firsts)
        width = max((len(first[0]) for first in firsts if first), default=0)
        left, right = (
            grid(partial(_rows, path, side), "written", header=header, width=width)
            for path, side in ((a, one), (b, other))
        )
        found = compare_tables(left, right, scope)
        notes = list(_written_otherwise(one, other))
        for note in notes:
            found.note(note)
        result = found.result()
        if result.relation == "within" and not (result.notes or result.masks or _noisy(result)):
            found.note("blank lines, spaces or quotes around cells differ")
        return found.result()


def _noisy(difference: Difference) -> bool:
    return difference.magnitude is not None and difference.magnitude.differing > 0


@dataclass(frozen=True, kw_only=True)
class _Dialect:
    """How a table is written, as its first line shows."""

    delimiter: str
    line_end: str
    byte_order_mark: bool


def _written_otherwise(a: _Dialect, b: _Dialect) -> Iterator[str]:
    for field in fields(_Dialect):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if one != other:
            yield f"another {field.name.replace('_', ' ')}: {one!r} became {other!r}"


def _dialect(path: Path) -> _Dialect:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of table are more than the {MAX_BYTES} that are parsed")
    with path.open("rb") as file:
        first = file.readline(1 << 16)
    text = first.removeprefix(_MARK).decode("utf-8", "replace").rstrip("\r\n")
    return _Dialect(
        delimiter=_delimiter(text),
        line_end="\r\n" if first.endswith(b"\r\n") else "\n",
        byte_order_mark=first.startswith(_MARK),
    )


def _delimiter(line: str) -> str:
    bare = "".join(line.split('"')[::2])
    most = max(_DELIMITERS, key=bare.count)
    if most in bare:
        return most
    # numpy.savetxt sets spaces between numbers, whatever the file is called.
    parts = bare.split()
    spaced = len(parts) > 1 and all(number(part) is not None for part in parts)
    return " " if spaced else ","


def _rows(path: Path, dialect: _Dialect) -> Iterator[list[str]]:
    """Yield rows of cells; blank lines are none."""
    spaced = dialect.delimiter == " "
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = _Lines(file)
            reader = csv.reader(
                lines, delimiter=dialect.delimiter, skipinitialspace=spaced, strict=True
            )
            for row in reader:
                lines.length = 0
                if row:
                    yield row
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unreadable(f"not a readable table: {error}") from None


class _Lines:
    """The lines of a file, refused where those of one row are too long."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_ROW):
            self.length += len(line)
            if self.length >= MAX_ROW:
                raise Unreadable(f"a row is longer than {MAX_ROW} characters")
            yield line
