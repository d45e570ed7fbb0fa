from __future__ import annotations

import time
from typing import Any

import pytest

from auditor.compare.environment import environment, many
from auditor.compare.environment.changes import changed_keys
from auditor.store.objects import Objects

Make = Any


def test_very_many_inputs_that_differ_are_told_by_folder(
    make_fingerprint: Make, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MOST", 3)
    before = {f"a/{n}": "1" for n in range(5)} | {f"b/{n}": "1" for n in range(4)}
    after = {f"a/{n}": "2" for n in range(5)} | {"b/0": "1", "c": "1"}
    runs = [make_fingerprint(inputs=one) for one in (before, after)]
    found, _unverified = environment(runs[0], (runs[1],), objects)
    told = {one.subject: (one.change, one.before, one.after, one.severity) for one in found}
    assert told == {
        "input:a/0": ("changed", told["input:a/0"][1], told["input:a/0"][2], "major"),
        "input:a/1": ("changed", told["input:a/1"][1], told["input:a/1"][2], "major"),
        "input:a/2": ("changed", told["input:a/2"][1], told["input:a/2"][2], "major"),
        "input:a/ (2 more changed)": ("changed", "2 more", ("2 more",), "major"),
        "input:b/ (3 more removed)": ("removed", "3 more", (None,), "minor"),
        "input:./ (1 more added)": ("added", None, ("1 more",), "minor"),
    }
    monkeypatch.setattr(many, "MOST_FOLDERS", 1)
    found, _unverified = environment(runs[0], (runs[1],), objects)
    assert {one.subject for one in found if "more" in one.subject} == {
        "input:./ (2 more changed)",
        "input:./ (3 more removed)",
        "input:./ (1 more added)",
    }


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [(1, True, True), (1, 1.0, False), ("\udcff", "\udcff", False), ({"a": 1}, {"a": 2}, True)],
)
def test_equality_is_that_of_canonical_json(*, one: Any, other: Any, differs: bool) -> None:
    assert changed_keys({"x": one}, {"x": other}) == (("x",) if differs else ())


def test_few_differences_among_very_many_are_found_quickly() -> None:
    before = {f"dependency:{n}": {"version": "1", "digest": None} for n in range(100_000)}
    after = {name: dict(value) for name, value in before.items()}
    changed = sorted(f"dependency:{n * 7}" for n in range(10))
    for name in changed:
        after[name]["version"] = "2"
    started = time.perf_counter()
    assert changed_keys(before, after) == tuple(changed)
    assert time.perf_counter() - started < 2.0  # 0.1 s where nothing else runs
