from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from auditor.compare.artifacts import Difference, Scope, Undecided, Unreadable, compare_parts
from auditor.compare.artifacts import hdf5 as module
from auditor.compare.artifacts import hdf5_child as child
from auditor.compare.artifacts import hdf5_objects as objects
from auditor.compare.artifacts.hdf5_child import Answer, Request
from auditor.compare.readers import hdf5 as reader
from auditor.model.policy import Policy, Rule

Write = Callable[[h5py.File], object]
DATA = Path(__file__).parents[2] / "data/compare/hdf5"


@pytest.fixture
def compare(tmp_path: Path) -> Callable[..., Difference]:
    """Compare two files in this process, which is quicker than in one of its own."""

    def compared(a: Write, b: Write, policy: Policy | None = None) -> Difference:
        paths = (tmp_path / "a.h5", tmp_path / "b.h5")
        for path, write in zip(paths, (a, b), strict=True):
            with h5py.File(path, "w") as file:
                write(file)
        scope = Scope(policy or Policy(), ("m.h5",), inner=compare_parts)
        return objects.compare_objects(*paths, scope)

    return compared


Compare = Callable[..., Difference]


def holding(values: Any, name: str = "x", **options: Any) -> Write:
    return lambda file: file.create_dataset(name, data=values, **options)


def saying(value: Any, name: str = "x") -> Write:
    return lambda file: file.attrs.create(name, value)


@pytest.mark.parametrize("name", ["keras-legacy-a.h5", "pandas-table.h5", "pytables.h5"])
def test_real_files_are_the_same_as_themselves(name: str) -> None:
    scope = Scope(Policy(), (name,), inner=compare_parts)
    found = objects.compare_objects(DATA / name, DATA / name, scope)
    assert found.relation == "within"
    assert found.notes == ("the same contents, laid out in another way",)
    assert found.magnitude is not None
    assert found.magnitude.total > 0


def test_two_trainings_of_one_legacy_keras_model() -> None:
    scope = Scope(Policy(), ("m.h5",), inner=compare_parts)
    found = objects.compare_objects(DATA / "keras-legacy-a.h5", DATA / "keras-legacy-b.h5", scope)
    assert found.relation == "within"


@pytest.mark.parametrize(
    ("a", "b", "evidence"),
    [
        (np.array([1.0]), np.array([2.0]), "x[0]: 1.0 → 2.0"),
        (np.array([1], "i4"), np.array([1], "i8"), "x dtype: int32 → int64"),
        (np.array([1.0]), np.array([[1.0]]), "x shape: (1,) → (1, 1)"),
        (np.array(1.0), np.array(2.0), "x: 1.0 → 2.0"),
        (np.array([True]), np.array([False]), "x[0]: True → False"),
        (np.array([b"a"]), np.array([b"b"]), "x[0]: b'a' → b'b'"),
        (["a", "é"], ["a", "è"], "x[1]: b'\\xc3\\xa9' → b'\\xc3\\xa8'"),
        ("a", "b", "x: b'a' → b'b'"),
        (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 3.0)], "i4,f8"), "x.f1[0]: 2.0 → 3.0"),
        (h5py.Empty("f4"), np.array(1.0), "/x: "),
        (np.array([1 + 1j]), np.array([2 + 1j]), "x[0]: (1+1j) → (2+1j)"),
    ],
)
def test_values_of_datasets(compare: Compare, a: Any, b: Any, evidence: str) -> None:
    found = compare(holding(a), holding(b))
    assert found.relation == "different"
    assert found.evidence[0].startswith(evidence)
    assert compare(holding(a), holding(a)).relation == "within"


def test_floats_are_within_tolerance_and_ruled_by_path(compare: Compare) -> None:
    a, b = holding(np.ones(3), "net/w"), holding(np.ones(3) + 1e-3, "net/w")
    assert compare(a, b).relation == "different"
    policy = Policy(tolerances=(Rule(match="m.h5#net/*", absolute=1e-2),))
    assert compare(a, b, policy).relation == "within"


def test_how_a_dataset_is_stored_means_nothing(compare: Compare) -> None:
    values = np.arange(10_000.0).reshape(100, 100)
    packed = holding(values, chunks=(7, 9), compression="gzip", shuffle=True, maxshape=(None, 100))
    found = compare(holding(values), packed)
    assert found.relation == "within"
    (note,) = found.notes
    assert "chunks, compression, compression_opts, shuffle, maxshape" in note
    changed = values.copy()
    changed[99, 98] = 0
    other = holding(changed, chunks=(50, 3), compression="lzf")
    assert compare(packed, other).evidence == ("x[99, 98]: 9998.0 → 0.0",)


@pytest.mark.parametrize(
    ("a", "b", "evidence"),
    [
        ("a", "b", '/@x: "a" → "b"'),
        (b"a", "b", '/@x: "a" → "b"'),
        (1, 2, "/@x: 1 → 2"),
        (1.0, 2.0, "/@x: 1.0 → 2.0"),
        (np.float32(1), np.float64(1), "/@x dtype: float32 → float64"),
        ([1, 2], [1, 3], "/@x[1]: 2 → 3"),
        (["a", "b"], ["a", "c"], '/@x/1: "b" → "c"'),
        (np.array([b"a"]), np.array([b"b"]), '/@x/0: "a" → "b"'),
        (h5py.Empty("f4"), 1.0, "/@x: "),
        (np.array([(1, b"a")], "i4,S1"), np.array([(2, b"a")], "i4,S1"), "/@x"),
    ],
)
def test_attributes_are_exact(compare: Compare, a: Any, b: Any, evidence: str) -> None:
    found = compare(saying(a), saying(b))
    assert found.relation == "different"
    assert found.evidence[0].startswith(evidence)
    assert compare(saying(a), saying(a)).relation == "within"
    assert compare(saying(a), lambda _: None).evidence == ("/@x: present → (absent)",)


def test_json_in_attributes_is_compared_as_a_tree(compare: Compare) -> None:
    def config(units: int, shared: int, **options: Any) -> Write:
        layers = [{"units": units, "shared_object_id": shared}, {"shared_object_id": shared}]
        return saying(json.dumps({"layers": layers}, **options), "model_config")

    found = compare(config(3, 140), config(4, 140))
    assert found.evidence == ("/@model_config/layers/0/units: 3 → 4",)
    found = compare(config(3, 140), config(3, 140, indent=1))
    assert found.relation == "within"
    assert found.notes == ("/@model_config: the same JSON, written in another way",)
    found = compare(config(3, 140), config(3, 150))
    assert found.relation == "within"
    assert "where they lay in memory" in found.notes[0]
    assert compare(saying('{"a":1,"a":2}'), saying('{"a":2}')).relation == "different"


def test_who_wrote_a_file_is_set_aside_and_named(compare: Compare) -> None:
    found = compare(saying("3.1", "keras_version"), saying("3.2", "keras_version"))
    assert found.relation == "within"
    assert found.notes == ("/@keras_version: who wrote the file, and when, is not compared",)


def test_objects_that_one_side_lacks_or_has_otherwise(compare: Compare) -> None:
    found = compare(holding(1, "g/labels"), lambda file: file.create_group("g"))
    assert (found.evidence, found.decisions) == (("/g/labels: present → (absent)",), "different")
    found = compare(holding(1, "g"), lambda file: file.create_group("g"))
    assert found.evidence == ("/g: dataset → group",)


def test_decisions_by_the_name_of_the_dataset(compare: Compare) -> None:
    found = compare(holding([1, 2], "out/predictions"), holding([1, 3], "out/predictions"))
    assert found.decisions == "different"


def test_links_are_compared_and_never_followed(compare: Compare, tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["x"] = 1

    def linked(target: Any) -> Write:
        return lambda file: file.__setitem__("x", target)

    outside = linked(h5py.ExternalLink(str(secret), "/x"))
    assert compare(outside, outside).magnitude is None
    found = compare(outside, linked(h5py.SoftLink("/nowhere")))
    assert found.evidence[0].startswith("/x: link to /x in the file")
    assert compare(linked(h5py.SoftLink("/a")), holding(1)).evidence == ("/x: link to /a → object",)


def test_groups_that_hold_themselves_end(compare: Compare) -> None:
    def circular(value: float) -> Write:
        def write(file: h5py.File) -> None:
            group = file.create_group("g")
            group["up"] = file["/"]
            group["x"] = value

        return write

    assert compare(circular(1), circular(1)).relation == "within"
    assert compare(circular(1), circular(2)).evidence == ("g/x: 1 → 2",)


def test_values_in_other_files_stay_open(compare: Compare, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(bytes(64))

    def outside(file: h5py.File) -> None:
        file.create_dataset("x", (8,), "f8", external=str(tmp_path / "raw"))
        file["y"] = 1

    found = compare(outside, outside)
    assert found.relation == "unknown"
    assert found.notes == ("/x: its values lie in other files, which are not read",)

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((8,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "raw"), "x", (8,))
        file.create_virtual_dataset("x", layout)

    assert compare(virtual, virtual).relation == "unknown"


def test_rows_of_any_length(compare: Compare) -> None:
    def ragged(*rows: list[float]) -> Write:
        def write(file: h5py.File) -> None:
            made = file.create_dataset("x", (len(rows),), h5py.vlen_dtype("f8"))
            for number, row in enumerate(rows):
                made[number] = row

        return write

    a = ragged([1.0, 2.0], [3.0])
    assert compare(a, ragged([1.0, 2.0], [3.0 + 1e-9])).relation == "within"
    assert compare(a, ragged([1.0, 2.0], [4.0])).evidence == ("/x/elements[2]: 3.0 → 4.0",)
    assert compare(a, ragged([1.0], [2.0, 3.0])).evidence[0] == "/x/lengths[0]: 2 → 1"
    assert compare(ragged(), ragged()).relation == "within"


def test_references_are_compared_by_what_they_name(compare: Compare) -> None:
    def referring(name: str) -> Write:
        def write(file: h5py.File) -> None:
            file["a"], file["b"] = 1, 2
            file.create_dataset("x", data=[file[name].ref], dtype=h5py.ref_dtype)
            file["a"].attrs["to"] = file[name].ref

        return write

    assert compare(referring("a"), referring("a")).relation == "within"
    assert compare(referring("a"), referring("b")).evidence == (
        '/a@to: "reference to /a" → "reference to /b"',
        "x[0]: 'reference to /a' → 'reference to /b'",
    )


def test_choices_and_named_types(compare: Compare) -> None:
    def chosen(names: dict[str, int], value: int) -> Write:
        return holding(np.array([value]), dtype=h5py.enum_dtype(names, "i1"))

    a = chosen({"RED": 0, "BLUE": 1}, 0)
    assert compare(a, chosen({"RED": 0, "BLUE": 1}, 1)).relation == "different"
    assert "dtype" in compare(a, chosen({"RED": 0, "GREEN": 1}, 0)).evidence[0]
    found = compare(
        lambda file: file.__setitem__("t", np.dtype("i4")),
        lambda file: file.__setitem__("t", np.dtype("i8")),
    )
    assert found.evidence == ("/t dtype: int32 → int64",)


def test_bfloat16_as_keras_writes_it(compare: Compare) -> None:
    def brain(bits: int) -> Write:
        def write(file: h5py.File) -> None:
            file["x"] = np.array([bits], "<u2").view("V2")
            file["x"].attrs["dtype"] = "bfloat16"

        return write

    assert compare(brain(0x3F80), brain(0x3F81)).relation == "within"
    assert compare(brain(0x3F80), brain(0x4000)).evidence == ("x[0]: 1.0 → 2.0",)


def test_what_is_too_much_stays_open(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = lambda file: file.create_dataset("x", (2**40,), "f8", chunks=(1024,))  # noqa: E731
    found = compare(huge, huge)
    assert (found.relation, "more than the" in found.notes[0]) == ("unknown", True)
    monkeypatch.setattr(reader, "MAX_CHUNK", 10)
    chunked = holding(np.ones(99), chunks=(50,))
    assert "chunks are larger" in compare(chunked, chunked).notes[0]
    monkeypatch.setattr(reader, "MAX_RAGGED", 1)
    ragged = lambda file: file.create_dataset("x", (2,), h5py.vlen_dtype("i4"))  # noqa: E731
    assert compare(ragged, ragged).relation == "unknown"
    monkeypatch.setattr(reader, "MAX_ATTRIBUTE", 1)
    with pytest.raises(Undecided, match="attribute x"):
        compare(saying("long"), saying("long"))


def test_objects_are_counted_and_depth_is_bounded(
    compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "MAX_OBJECTS", 3)
    with pytest.raises(Undecided, match="objects"):
        compare(holding(1, "a/b/c/d"), holding(1, "a/b/c/d"))
    monkeypatch.setattr(objects, "MAX_DEPTH", 2)
    with pytest.raises(Undecided, match="deep"):
        compare(holding(1, "a/b/c/d"), holding(1, "a/b/c/d"))


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    scope = Scope(Policy(), ("m.h5",), inner=compare_parts)
    paths = (DATA / "keras-legacy-a.h5", DATA / "pytables.h5")
    assert module.Hdf5().compare(*paths, scope) == objects.compare_objects(*paths, scope)
    broken = tmp_path / "broken.h5"
    broken.write_bytes((DATA / "pytables.h5").read_bytes()[:3000])
    with pytest.raises(Unreadable, match="HDF5"):
        module.Hdf5().compare(broken, broken, scope)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(Answer(undecided="no h5py"), Undecided), (Answer(unreadable="broken"), Unreadable)],
)
def test_what_the_child_answers(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, error: type[Exception]
) -> None:
    monkeypatch.setattr(module, "_ask", lambda *_: answer)
    path = DATA / "pytables.h5"
    with pytest.raises(error):
        module.Hdf5().compare(path, path, Scope(Policy(), ("m.h5",), inner=compare_parts))


@pytest.mark.parametrize(
    ("does", "says"), [("raise SystemExit(7)", "status 7"), ("while True: pass", "within 0 s")]
)
def test_a_library_that_crashes_or_hangs_leaves_it_open(
    monkeypatch: pytest.MonkeyPatch, does: str, says: str
) -> None:
    real = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda _, **options: real([sys.executable, "-c", does], **options)
    )
    monkeypatch.setattr(module, "_TIME", 0.3)
    path = DATA / "pytables.h5"
    with pytest.raises(Undecided, match=says):
        module.Hdf5().compare(path, path, Scope(Policy(), ("m.h5",), inner=compare_parts))


def test_known_by_name_or_magic() -> None:
    knows = module.Hdf5().knows
    assert knows("a.h5", b"")
    assert knows("a.nc", b"\x89HDF\r\n\x1a\n")
    assert not knows("a.nc", b"CDF\x01")


def test_a_filter_that_is_not_installed(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda _: False)
    packed = holding(np.ones(9), compression="gzip")
    found = compare(packed, packed)
    assert found.relation == "unknown"
    assert "filter" in found.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["keras-legacy-a.h5", "pytables.h5"])
def test_damage_raises_nothing_else(name: str, tmp_path: Path) -> None:
    scope = Scope(Policy(), (name,), inner=compare_parts)
    random = np.random.default_rng(0)
    content = (DATA / name).read_bytes()
    for _ in range(12):
        broken = bytearray(content)
        for place in random.integers(0, len(broken), 8):
            broken[place] = random.integers(0, 256)
        path = tmp_path / "broken.h5"
        path.write_bytes(broken[: random.integers(len(broken) // 2, 2 * len(broken))])
        with contextlib.suppress(Unreadable, Undecided):
            module.Hdf5().compare(DATA / name, path, scope)


def test_fields_that_are_text_of_any_length_or_references(compare: Compare) -> None:
    kind = np.dtype([("name", h5py.string_dtype()), ("to", h5py.ref_dtype), ("n", "i4")])

    def rows(name: str, number: int) -> Write:
        def write(file: h5py.File) -> None:
            file["target"] = 1
            made = file.create_dataset("x", (1,), kind)
            made[0] = (name, file["target"].ref, number)

        return write

    assert compare(rows("a", 1), rows("a", 1)).relation == "within"
    assert compare(rows("a", 1), rows("b", 2)).evidence == (
        "x.name[0]: b'a' → b'b'",
        "x.n[0]: 1 → 2",
    )


def test_rows_of_text_of_any_length(compare: Compare) -> None:
    def words(*row: str) -> Write:
        def write(file: h5py.File) -> None:
            made = file.create_dataset("x", (1,), h5py.vlen_dtype(h5py.string_dtype()))
            made[0] = np.array(row, object)

        return write

    assert compare(words("a", "b"), words("a", "b")).relation == "within"
    assert compare(words("a", "b"), words("a", "c")).evidence[0].startswith("/x/rows/0/1")


def test_attributes_that_are_no_text_or_name_objects(compare: Compare) -> None:
    one, other = saying(np.bytes_(b"\xff\x01")), saying(np.bytes_(b"\xfe\x01"))
    assert compare(one, one).relation == "within"
    assert compare(one, other).evidence[0].startswith("/@x: ")

    def referring(name: str, region: int = 1) -> Write:
        def write(file: h5py.File) -> None:
            file["a"], file["b"] = [1, 2], [3, 4]
            file["a"].attrs["to"] = file["b"].regionref[:region]
            file["b"].attrs.create("all", [file[name].ref], dtype=h5py.ref_dtype)

        return write

    assert compare(referring("a"), referring("a")).relation == "within"
    assert compare(referring("a"), referring("a", 2)).evidence[0].startswith("/a@to: ")
    found = compare(referring("a"), referring("b"))
    assert found.evidence == ('/b@all/0: "reference to /a" → "reference to /b"',)


def test_the_child_says_why_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(a="a", b="b", policy=Policy(), names=("m.h5",))
    for error, field in ((Undecided("too deep"), "undecided"), (Unreadable("cut"), "unreadable")):

        def fail(*_: object, error: Exception = error) -> Difference:
            raise error

        monkeypatch.setattr(child, "compare_objects", fail)
        assert getattr(child.answer(request), field) == str(error)
