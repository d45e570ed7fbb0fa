"""Excel."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime

import openpyxl
from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _excel_harmless()
    yield from _excel_planted()


def _excel(edit: Callable[[openpyxl.Workbook], object] | None = None, day: int = 2) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "results"
    sheet.append(["class", "precision", "recall", "support"])
    for row in (["cat", 0.91, 0.84, 34], ["dog", 0.88, 0.93, 48], ["horse", 0.97, 0.79, 40]):
        sheet.append(row)
    sheet["D5"] = "=SUM(D2:D4)"
    notes = book.create_sheet("notes")
    notes.append(["seed", 42])
    if edit:
        edit(book)
    buffer = io.BytesIO()
    book.properties.created = datetime(2026, 3, day, 9, 14)  # noqa: DTZ001 - as openpyxl has it
    book.save(buffer)
    return _redated(buffer.getvalue(), f"2026-03-{day:02d}T09:15:00Z")


def _redated(book: bytes, time: str) -> bytes:
    """Return the book with the time of saving set, so that it does not depend on the clock."""
    pattern = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    return _rezipped(book, 6, lambda _name, data: pattern.sub(rb"\g<1>" + time.encode(), data))


def _rezipped(book: bytes, level: int, edit: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name)
            target.writestr(member, edit(name, source.read(name)), zipfile.ZIP_DEFLATED, level)
    return buffer.getvalue()


def _shared(book: bytes) -> bytes:
    """Return the book with its strings in a table of their own instead of in the cells."""
    strings: list[str] = []

    def cell(found: re.Match[str]) -> str:
        strings.append(found[2])
        return f'<c r="{found[1]}" t="s"><v>{len(strings) - 1}</v></c>'

    def edit(name: str, data: bytes) -> bytes:
        text, insert = data.decode(), _MENTIONS.get(name)
        if name.startswith("xl/worksheets/"):
            pattern = r'<c r="(\w+)" t="inlineStr"><is><t>([^<]*)</t></is></c>'
            text = re.sub(pattern, cell, text)
        elif insert:
            text = text.replace(insert[0], insert[1] + insert[0])
        return text.encode()

    moved = io.BytesIO(_rezipped(book, 6, edit))
    assert strings
    with zipfile.ZipFile(moved, "a", zipfile.ZIP_DEFLATED) as target:
        items = "".join(f"<si><t>{one}</t></si>" for one in strings)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        member = zipfile.ZipInfo("xl/sharedStrings.xml")
        target.writestr(member, f'<sst xmlns="{space}">{items}</sst>', zipfile.ZIP_DEFLATED)
    return moved.getvalue()


# Where a book names its table of strings, ECMA-376 part 1, 18.4.
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"


_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


_MENTIONS = {
    "[Content_Types].xml": (
        "</Types>",
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_MEDIA}.sharedStrings+xml" />',
    ),
    "xl/_rels/workbook.xml.rels": (
        "</Relationships>",
        f'<Relationship Id="rId99" Target="sharedStrings.xml" Type="{_RELATION}/sharedStrings" />',
    ),
}


def _excel_harmless() -> Iterator[Pair]:
    plain = _excel()
    yield harmless(
        "xlsx-saved-again", "results.xlsx", plain, _excel(day=19), "Made and saved on another day."
    )
    yield harmless(
        "xlsx-other-level",
        "results.xlsx",
        plain,
        _rezipped(plain, 1, lambda _name, data: data),
        "The same parts, compressed less.",
    )
    yield harmless(
        "xlsx-shared-strings",
        "results.xlsx",
        plain,
        _shared(plain),
        "Strings stand in a shared table instead of in the cells, as other programs write them.",
    )


def _excel_planted() -> Iterator[Pair]:
    def change(name: str, why: str, edit: Callable[[openpyxl.Workbook], object]) -> Pair:
        return planted(name, "results.xlsx", _excel(), _excel(edit), why)

    def cell(place: str, value: object) -> Callable[[openpyxl.Workbook], object]:
        return lambda book: book["results"].__setitem__(place, value)

    yield change("xlsx-cell", "One precision is another.", cell("B3", 0.89))
    yield change("xlsx-text-for-number", "A number became text.", cell("C4", "0.79"))
    yield change("xlsx-formula", "A formula leaves out a row.", cell("D5", "=SUM(D2:D3)"))
    yield change(
        "xlsx-sheet-missing", "A sheet is missing.", lambda book: book.remove(book["notes"])
    )
    yield change(
        "xlsx-row-dropped", "One row is missing.", lambda book: book["results"].delete_rows(3)
    )
