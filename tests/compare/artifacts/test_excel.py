from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import excel as reader

Differ = Callable[..., Difference]


def book(path: Path, sheets: dict[str, list[list[Any]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path.read_bytes()


@pytest.fixture
def compare(differ: Differ, tmp_path: Path) -> Callable[..., Difference]:
    def pair(a: dict[str, list[list[Any]]], b: dict[str, list[list[Any]]]) -> Difference:
        return differ("r.xlsx", book(tmp_path / "1.xlsx", a), book(tmp_path / "2.xlsx", b))

    return pair


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (1.5, 1.50000000001, "within"),
        (1, 0.99999999999, "within"),
        (1.5, 1.75, "different"),
        (100000001, 100000002, "different"),
        ("a", "b", "different"),
        (1, "1", "different"),
        (None, 0, "different"),
        (True, 1, "different"),
        ("=A1", "=A2", "different"),
    ],
)
def test_cells(compare: Differ, a: Any, b: Any, relation: str) -> None:
    found = compare({"s": [["x", "y"], ["k", a]]}, {"s": [["x", "y"], ["k", b]]})
    assert found.relation == relation


def test_evidence_names_sheet_row_and_column(compare: Differ) -> None:
    found = compare({"s": [["id", "v"], ["k", 1.5]]}, {"s": [["id", "v"], ["k", 2.5]]})
    assert found.evidence == ("sheet 's': row 2, column 'v': 1.5 → 2.5",)


def test_sheets_go_by_name(compare: Differ) -> None:
    rows = [["x"], [1]]
    swapped = compare({"a": rows, "b": rows}, {"b": rows, "a": rows})
    assert swapped.relation == "within"
    assert "the same sheets in another order" in swapped.notes
    renamed = compare({"a": rows}, {"b": rows})
    assert renamed.evidence == ("sheet 'a': present → (absent)", "sheet 'b': (absent) → present")


def test_sheets_without_a_header_and_of_other_sizes(compare: Differ) -> None:
    found = compare({"s": [[1, 2], [3, 4]]}, {"s": [[1, 2], [3, 4], [5, 6, 7]]})
    assert found.relation == "different"
    assert compare({"s": []}, {"s": [[1]]}).relation == "different"


def test_what_unpacks_to_too_much_is_undecided(
    compare: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_BYTES", 100)
    with pytest.raises(Undecided, match="unpacked"):
        compare({"s": [[1]]}, {"s": [[2]]})


def test_a_sheet_of_endless_rows_is_undecided(
    differ: Differ, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_CELLS", 1000)
    whole = book(tmp_path / "1.xlsx", {"s": [["x"], [1]]})
    with zipfile.ZipFile(tmp_path / "1.xlsx") as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="2"', b'r="999999999"').replace(b"A2", b"A999999999")
    with zipfile.ZipFile(tmp_path / "2.xlsx", "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    with pytest.raises(Undecided, match="more cells"):
        differ("r.xlsx", whole, (tmp_path / "2.xlsx").read_bytes())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook"])
def test_what_is_no_workbook_is_unreadable(differ: Differ, content: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("r.xlsx", content, content)
