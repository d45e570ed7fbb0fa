from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.compare import compare, folding
from auditor.compare.outputs import outputs_of
from auditor.judge import Judgement, judge
from auditor.model.comparison import Compared
from auditor.model.fact import recorded
from auditor.model.files import Manifest, encode_list, inline
from auditor.model.fingerprint import Fingerprint
from auditor.model.policy import Policy, SeverityRule
from auditor.store.objects import Objects

Make = Any
NAMES = [
    "metrics.bin",
    *(f"a/{n}.json" for n in range(4)),
    *(f"b/x/{n}.bin" for n in range(3)),
    *(f"c/{n}.csv" for n in range(3)),
]
CONTENTS = [b"[1.0]", b"[1.00]", b"[2.0]", b"x\n1\n", b"x\n2\n", b"\0", None]
outputs = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CONTENTS))
globs = st.lists(
    st.sampled_from(["a/*", "*.json", "c/1*", "nothing", "*", "exit-status", "std*"]), max_size=2
).map(tuple)
policies = st.builds(
    Policy,
    require=st.sampled_from(["bytes", "values", "decisions", "metrics"]),
    ignore=globs,
    count=globs,
    severities=st.just(()) | st.just((SeverityRule(match="a/*", severity="minor"),)),
)


@pytest.fixture(scope="module")
def objects() -> Iterator[Objects]:
    with tempfile.TemporaryDirectory() as folder:
        yield Objects(Path(folder))


def listed(run: Fingerprint, objects: Objects) -> Fingerprint:
    """Return the run with its outputs as an object of their own."""
    whole = run.outcome.outputs.value
    assert whole is not None
    files, data = encode_list(inline(whole.files))
    objects.put_bytes(data)
    fact = recorded(Manifest(root=whole.root, files=files), "test")
    return msgspec.structs.replace(run, outcome=msgspec.structs.replace(run.outcome, outputs=fact))


def judged(runs: list[Fingerprint], objects: Objects, policy: Policy, most: int) -> Judgement:
    with mock.patch.object(folding, "MOST_ITEMS", most):
        comparison = compare(runs[0], tuple(runs[1:]), objects, policy)
    return judge(comparison, policy)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    runs=st.lists(outputs, min_size=1, max_size=3),
    same=st.booleans(),
    policy=policies,
    most=st.integers(0, 3),
    apart=st.booleans(),
    few=st.integers(0, 3),
)
def test_no_verdict_depends_on_folding(  # noqa: PLR0913 - what may make a difference
    make_fingerprint: Make,
    objects: Objects,
    *,
    runs: list[dict[str, bytes | None]],
    same: bool,
    policy: Policy,
    most: int,
    apart: bool,
    few: int,
) -> None:
    made = [make_fingerprint(objects, outputs=runs[0] if same else one) for one in runs]
    whole = judged(made, objects, policy, 1000)
    sides = [listed(one, objects) for one in made] if apart else made
    with mock.patch.object(folding, "MOST_FOLDERS", few):
        short = judged(sides, objects, policy, most)
    assert short.verdict == whole.verdict
    assert short.reason.partition(":")[0] == whole.reason.partition(":")[0]
    assert {one.subject for one in short.unverified if ":" not in one.subject} == {
        one.subject for one in whole.unverified if ":" not in one.subject
    }
    levels = (short.levels, whole.levels)
    if apart:
        # The same bytes are the same values, even where nobody knows the kind of file
        levels = tuple(
            msgspec.structs.replace(one, values=one.values or one.bytes) for one in levels
        )
    assert levels[0] == levels[1]
    for counted in (True, False):
        assert tally(short, counted=counted) == tally(whole, counted=counted)
    names = [(item.kind, item.name) for item in short.items]
    assert len(set(names)) == len(names)
    own = [item for item in short.items if item.kind == "file" and item.name in NAMES]
    assert len(own) <= 2 * most


def tally(judgement: Judgement, *, counted: bool) -> dict[tuple[str, bool | None], int]:
    found: dict[tuple[str, bool | None], int] = {}
    for item in judgement.items:
        if item.counted is counted:
            key = item.verdict, item.deterministic
            found[key] = found.get(key, 0) + item.count
    return found


def items(
    make: Make, objects: Objects, *runs: dict[str, bytes], most: int = 2
) -> dict[str, Compared]:
    made = [make(objects, outputs=one) for one in runs]
    with mock.patch.object(folding, "MOST_ITEMS", most):
        found = compare(made[0], tuple(made[1:]), objects, Policy())
    return {one.name: one for one in found.items if one.kind == "file"}


def test_identical_files_are_one_item_a_folder(make_fingerprint: Make, objects: Objects) -> None:
    run = {f"data/{n}.csv": b"x\n1\n" for n in range(5)} | {"m.json": b"[1]"}
    other = run | {"data/3.csv": b"x\n2\n"}
    found = items(make_fingerprint, objects, run, other)
    assert [*found] == ["data/3.csv", "./", "data/"]
    assert found["data/"].notes == ("4 files, every one with the same bytes",)
    assert found["data/"].original.value == "4 files"
    assert found["./"].notes == ("1 file, every one with the same bytes",)


def test_the_rest_of_what_differs_is_told_with_its_number(
    make_fingerprint: Make, objects: Objects
) -> None:
    run = {f"data/{n}.csv": b"x\n1\n" for n in range(6)}
    other = {f"data/{n}.csv": b"x\n%d\n" % (n + 2) for n in range(6)}
    found = items(make_fingerprint, objects, run, other)
    assert [*found] == ["data/0.csv", "data/1.csv", "data/ (differing)"]
    rest = found["data/ (differing)"]
    assert rest.count == 4
    assert rest.notes == ("4 files, which differ",)
    assert rest.evidence == ("the first: data/2.csv, data/3.csv, data/4.csv",)
    assert rest.magnitude is not None
    assert rest.magnitude.max_abs == 6.0


def test_the_worst_stay_items_of_their_own(make_fingerprint: Make, objects: Objects) -> None:
    run = {f"a/{n}.json": b"[1.0]" for n in range(4)} | {"z.json": b"[1.0]"}
    other = {f"a/{n}.json": b"[1.00]" for n in range(4)} | {"z.json": b"[2.0]"}
    found = items(make_fingerprint, objects, run, other)
    assert [*found] == ["a/0.json", "z.json", "a/ (within tolerance)"]
    assert found["a/ (within tolerance)"].count == 3


def test_a_neighbour_that_is_the_same_everywhere_is_found(
    make_fingerprint: Make, objects: Objects
) -> None:
    # What is compared with the help of another file finds it, though that is in no table.
    made = [
        listed(make_fingerprint(objects, outputs=one), objects)
        for one in ({"x/a": b"1", "x/b": b"2"}, {"x/a": b"1", "x/b": b"3", "x/c": b"4"})
    ]
    found = outputs_of(tuple(one.outcome.outputs for one in made), objects, Policy())
    assert [*map(list, found.tables)] == [["x/b"], ["x/b", "x/c"]]
    left, right = found.with_the_rest(({}, {"renamed": found.tables[1]["x/b"]}))
    assert left["x/a"].digest == right["x/a"].digest
    assert left.get("x/b") is None  # it is apart, and not among what was given
    assert (sorted(left), sorted(right)) == (["x/a"], ["renamed", "x/a"])
    assert len(right) == 2
