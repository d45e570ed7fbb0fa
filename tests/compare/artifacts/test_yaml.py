from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import yaml as module

Differ = Callable[..., Difference]


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("a: 1.0\n", "a: 1.00000000001\n", "within"),
        ("a: 1.0\n", "a: 1.5\n", "different"),
        ("a: 1\n", "a: 2\n", "different"),
        ("a: 1\n", "a: 1.0\n", "different"),
        ("a: 1\n", 'a: "1"\n', "different"),
        ("a: yes\n", "a: true\n", "within"),
        ("a: 0x10\n", "a: 16\n", "within"),
        ("a: ~\n", "a: null\n", "within"),
        ("a: .nan\n", "a: .NaN\n", "within"),
        ("a: [1, 2]\n", "a:\n- 1\n- 2\n", "within"),
        ("a: 1\nb: 2\n", "b: 2\na: 1\n", "within"),
        ("a: 1 # why\n", "a: 1\n", "within"),
        ("a: &x [1]\nb: *x\n", "a: [1]\nb: [1]\n", "within"),
        ("a: &x {c: 1}\nb:\n  <<: *x\n  d: 2\n", "a: {c: 1}\nb: {c: 1, d: 2}\n", "within"),
        ("a: &x {c: 1}\nb: {<<: *x, c: 3}\n", "a: {c: 1}\nb: {c: 3}\n", "within"),
        ("a: 2001-01-01\n", "a: 2001-01-02\n", "different"),
        ("a: 2001-01-01\n", 'a: "2001-01-01"\n', "different"),
        ("1: a\n", '"1": a\n', "different"),
        ("a: !!binary aGk=\n", "a: !!binary aGo=\n", "different"),
        ("a: !money 5\n", "a: !money 6\n", "different"),
        ("a: !money 5\n", "a: 5\n", "different"),
        ("a: !!python/tuple [1, 2]\n", "a: !!python/tuple\n- 1\n- 2\n", "within"),
        ("---\na: 1\n---\nb: 2\n", "---\na: 1\n...\n---\nb: 2\n", "within"),
        ("---\na: 1\n---\nb: 2\n", "---\na: 1\n", "different"),
        ("", "# nothing\n", "within"),
    ],
)
def test_values(differ: Differ, a: str, b: str, relation: str) -> None:
    found = differ("a.yaml", a, b)
    assert found.relation == relation
    assert bool(found.evidence) == (relation == "different")
    assert found.notes or relation == "different" or found.magnitude


def test_a_document_may_execute_nothing(differ: Differ) -> None:
    call = "!!python/object/apply:os.system ['exit 1']\n"
    assert differ("a.yml", call, call + "# again\n").relation == "within"


def test_evidence_names_type_where_the_text_is_the_same(differ: Differ) -> None:
    assert differ("a.yaml", "a: 2001-01-01\n", 'a: "2001-01-01"\n').evidence == (
        '/a: "2001-01-01" (Moment) → "2001-01-01" (str)',
    )


def test_histories_are_curves(differ: Differ) -> None:
    a, b = "loss: [0.5, 0.4, 0.3]\n", "loss: [0.5, 0.4, 0.35]\n"
    (curve,) = differ("a.yaml", a, b).curves
    assert (curve.name, curve.parted) == ("/loss", 2.0)


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        items = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} [{items}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        (bomb(30), "aliases written out"),
        ("a: &x [*x]\n", "refers to itself"),
        ("[" * 5000 + "]" * 5000, "levels deep"),
        ("- " * 5000 + "x", "levels deep"),
        ("? [1, 2]\n: x\n", "no plain value"),
    ],
)
def test_what_is_hostile_is_undecided(differ: Differ, hostile: str, reason: str) -> None:
    with pytest.raises(Undecided, match=reason):
        differ("a.yaml", hostile, "a: 1\n")


@pytest.mark.parametrize(
    "broken",
    ["a: [1", "a: 1\na: 2\n", "a: *none\n", "\x00", b"\xff\xfe\xfa", "a: !!int x\n", "{<<: 1}"],
)
def test_what_is_no_yaml_is_unreadable(differ: Differ, broken: str | bytes) -> None:
    with pytest.raises((Unreadable, Undecided)):
        differ("a.yaml", broken, broken)


def test_what_is_too_large_is_undecided(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(Undecided, match="4 bytes"):
        differ("a.yaml", "a: 1", "a: 1")


@pytest.mark.parametrize("name", ["MLmodel", "model/MLmodel", "dvc.lock", "data.csv.dvc", "a.YML"])
def test_files_that_are_yaml_by_name(differ: Differ, name: str) -> None:
    assert differ(name, "a: 1\n", "a:   1\n").relation == "within"


def test_a_model_of_another_run_of_mlflow_has_the_same_values(differ: Differ) -> None:
    def model(run: str, uuid: str, flavor: str = "python_function") -> str:
        return (
            f"artifact_path: file:///tmp/{run[:6]}/mlruns/1/{run}/artifacts/model\n"
            f"flavors: {flavor}\n"
            f"model_uuid: {uuid}\nrun_id: {run}\n"
            f"utc_time_created: '2024-01-01 10:00:0{run[0]}.123456'\n"
        )

    runs = ("1bc010caccdf40c6a05558abb427304d", "2bc010caccdf40c6a05558abb427304e")
    first = model(runs[0], "0d7b4dfb7edf4e44b97437a9da8caabe")
    second = model(runs[1], "0d7b4dfb7edf4e44b97437a9da8caabf")
    found = differ("MLmodel", first, second)
    assert found.relation == "within"
    assert [mask.rule for mask in found.masks] == ["date", "temporary-path", "uuid"]
    assert found.masks[-1].count == 3
    other = second.replace("python_function", "onnx")
    assert differ("MLmodel", first, other).evidence == ('/flavors: "python_function" → "onnx"',)
