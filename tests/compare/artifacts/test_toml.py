from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import toml as module

Differ = Callable[..., Difference]


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("a = 1.0\n", "a = 1.00000000001 # noise\n", "within"),
        ("a = 1.0\n", "a = 1.5\n", "different"),
        ("a = 1\n", "a = 1.0\n", "different"),
        ("a = 1\nb = 2\n", "b = 2\na = 1\n", "within"),
        ("[a]\nb = 1\n", "a = {b = 1}\n", "within"),
        ("a = 1979-05-27\n", "a = 1979-05-28\n", "different"),
        ("a = 1979-05-27\n", 'a = "1979-05-27"\n', "different"),
        ("a = 07:32:00\n", "a = 07:32:00.5\n", "different"),
        ("[[a]]\nb = 1\n", "[[a]]\nb = 1\n[[a]]\nb = 2\n", "different"),
    ],
)
def test_values(differ: Differ, a: str, b: str, relation: str) -> None:
    assert differ("a.toml", a, b).relation == relation


def test_layout_is_noted(differ: Differ) -> None:
    (note,) = differ("a.toml", "a = 1\n", "a=1\n").notes
    assert note.startswith("layout, comments")


@pytest.mark.parametrize("broken", ["a = ", "a = 1\na = 2\n", b"\xff", "a = 2024-99-99\n"])
def test_what_is_no_toml_is_unreadable(differ: Differ, broken: str | bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.toml", broken, broken)


def test_what_is_nested_too_deeply_is_undecided(differ: Differ) -> None:
    deep = "a = " + "[" * 5000 + "]" * 5000
    with pytest.raises((Undecided, Unreadable)):
        differ("a.toml", deep, deep)


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided, match="5 bytes"):
        differ("a.toml", "a = 1", "a = 1")
