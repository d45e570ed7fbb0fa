"""Excel workbooks (.xlsx, ECMA-376), read with openpyxl: formulas as text, nothing evaluated."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from auditor.compare.readers.grid import grid, is_header
from auditor.compare.readers.optional import library
from auditor.compare.values.difference import Undecided, Unreadable
from auditor.compare.values.moment import Moment
from auditor.compare.values.tables.rows import Table

__all__ = ["Workbook"]

MAX_BYTES = 512 * 1024 * 1024
MAX_MEMBERS = 10_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_CELLS = 20_000_000


class Workbook:
    """One workbook. Raises ``Unreadable`` and ``Undecided`` from all methods."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _reading(), zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        size = sum(member.file_size for member in members)
        if size > MAX_BYTES or len(members) > MAX_MEMBERS:
            raise Undecided(f"{size} bytes, unpacked, of {len(members)} parts are too many to read")
        # By name, the checksum of each part.
        self.parts = {member.filename: member.CRC for member in members}

    def sheets(self) -> list[str]:
        """Return the names of the sheets with cells, in order."""
        with _reading(), self._opened() as book:
            return [sheet.title for sheet in book.worksheets]

    def table(self, name: str, *, header: bool) -> Table:
        """Return the cells of a sheet."""
        width = 0 if header else max(map(len, self._rows(name)), default=0)
        return grid(lambda: self._rows(name), "loose", header=header, width=width)

    def has_header(self, name: str) -> bool:
        """Say whether the first row of a sheet names its columns."""
        return is_header(list(islice(self._rows(name), 1)))

    def part(self, name: str) -> bytes:
        """Return the content of one part."""
        with _reading(), zipfile.ZipFile(self.path) as archive:
            return archive.read(name)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        openpyxl = library("openpyxl", "excel", "Excel workbooks")
        # By path, it would insist on a suffix.
        with (
            self.path.open("rb") as file,
            closing(openpyxl.load_workbook(file, read_only=True, keep_links=False)) as book,
        ):
            yield book

    def _rows(self, name: str) -> Iterator[Sequence[Any]]:
        with _reading(), self._opened() as book:
            sheet = book[name]
            # What a workbook says of its size may be anything.
            sheet.reset_dimensions()
            cells = 0
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                values = _values(row)
                cells += len(values) + 1
                if number >= MAX_ROWS or len(values) > MAX_COLUMNS or cells > MAX_CELLS:
                    raise Undecided(f"sheet {name!r} has more cells than are compared")
                yield values


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (Undecided, Unreadable, GeneratorExit):
        raise
    except NotImplementedError as error:
        raise Undecided(f"not supported: {error}") from None
    except RecursionError:
        raise Undecided("nested too deeply to be parsed") from None
    except Exception as error:  # noqa: BLE001 - openpyxl lets through what a damaged part causes
        raise Unreadable(f"not a readable workbook: {str(error)[:200]}") from None


def _values(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return cells as plain values; empty ones at the end are none."""
    values = [_plain(cell) for cell in row]
    while values and values[-1] is None:
        values.pop()
    return tuple(values)


def _plain(cell: Any) -> Any:  # noqa: ANN401 - what openpyxl makes of cells
    if cell is None or isinstance(cell, bool | int | float | str):
        return cell
    if isinstance(cell, datetime | date | time):
        return Moment(cell.isoformat())
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    # An array formula, a data table.
    return f"{type(cell).__name__} {getattr(cell, 'ref', '')} {getattr(cell, 'text', '')}"
