from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import csv as module

Differ = Callable[..., Difference]


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("x,y\n1.0,a\n", "x,y\n1.00000000001,a\n", "within"),
        ("x,y\n1.0,a\n", "x,y\n1.5,a\n", "different"),
        ("x\n1\n", "x\n2\n", "different"),
        ("x\n1\n", "x\n1.0\n", "within"),
        ("x\na\n", "x\nb\n", "different"),
        ("x\nnan\n", "x\nNaN\n", "within"),
        ("x\nnan\n", "x\n1.0\n", "different"),
        ("x\n\n", "x\n1.0\n", "different"),
        ("x\n1_000\n", "x\n1000\n", "different"),
        ("x\n1\n2\n", "x\n1\n", "different"),
        ("x,y\n1,2\n", "x,y\n1\n", "different"),
        ("x;y\n1.0;2\n", "x;y\n1.0;2\n", "within"),
        ('x\n"a, b"\n', "x\n'a, b'\n", "different"),
        ("x\r\n1.0\r\n", "x\n1.0\n", "within"),
    ],
)
def test_cells(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.csv", a, b).relation == relation


def test_evidence_names_row_and_column(differ: Differ) -> None:
    found = differ("a.tsv", "id\tscore\n1\t0.5\n", "id\tscore\n1\t0.75\n")
    assert found.evidence == ("row 2, column 2 (score): 0.5 → 0.75",)
    assert found.magnitude is not None
    assert found.magnitude.max_abs == 0.25


def test_missing_rows_are_counted(differ: Differ) -> None:
    found = differ("a.csv", "x\n1\n2\n3\n", "x\n1\n")
    assert found.notes == ("4 rows became 2",)
    assert found.evidence[0] == "row 3: 2 → (absent)"


@pytest.mark.parametrize("broken", [b"x\n\xff\xfe\n", b'x\n"open', b"x\n" + b"9" * 200_000])
def test_what_is_no_table_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.csv", broken, broken)


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided):
        differ("a.csv", "1234", "1234")
