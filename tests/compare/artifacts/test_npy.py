from __future__ import annotations

import contextlib
import io
import pickle
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditor.compare.artifacts import Difference, Scope, Undecided, Unreadable, compare_parts
from auditor.compare.artifacts import npy as module
from auditor.compare.readers import npy as reader
from auditor.compare.values.arrays import blocks
from auditor.model.policy import Policy

DATA = Path(__file__).parents[2] / "data/compare/npy"
Differ = Callable[..., Difference]
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
kinds = arrays.scalar_dtypes() | arrays.array_dtypes(max_size=3)
shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):
        np.save(file, array)  # warns of names that old versions cannot read
    return file.getvalue()


def npz(**members: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **members)
    return file.getvalue()


@shared
@given(st.data())
def test_an_array_has_its_own_values(differ: Differ, data: st.DataObject) -> None:
    array = data.draw(arrays.arrays(data.draw(kinds), data.draw(shapes)))
    found = differ("a.npy", npy(array), npy(array))
    assert found.relation == "within"
    assert not found.evidence
    assert found.magnitude is None or found.magnitude.max_abs == 0.0


@shared
@given(arrays.arrays("f4", 3), arrays.arrays("f4", 3))
def test_floats_are_compared_as_the_formula_says(differ: Differ, a: Any, b: Any) -> None:
    found = differ("a.npy", npy(a), npy(b))
    assert found.relation == differ("a.npy", npy(b), npy(a)).relation
    with np.errstate(all="ignore"):
        x, y = a.astype("f8"), b.astype("f8")
        near = np.abs(x - y) <= 1e-5 + 1.3e-6 * np.maximum(np.abs(x), np.abs(y))
    near &= np.isfinite(x) & np.isfinite(y)
    same = near | (x == y) | (np.isnan(x) & np.isnan(y))
    assert (found.relation == "within") == bool(same.all())


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (np.array([1.0]), np.array([1.0 + 1e-8]), "within"),
        (np.array([1.0]), np.array([1.01]), "different"),
        (np.array([1.0], "f4"), np.array([1.0], "f8"), "different"),
        (np.array([1.0]), np.array([[1.0]]), "different"),
        (np.array([1]), np.array([2]), "different"),
        (np.array([2**63], "u8"), np.array([2**63 + 1], "u8"), "different"),
        (np.array([np.nan, 1]), np.array([1, np.nan]), "different"),
        (np.array([np.inf]), np.array([-np.inf]), "different"),
        (np.array([1 + 1j]), np.array([1 + 1.00000001j]), "within"),
        (np.array([1 + 1j]), np.array([1 + 2j]), "different"),
        (np.array(["a"]), np.array(["b"]), "different"),
        (np.array([True]), np.array([False]), "different"),
        (
            np.array(["2026-01-01", "NaT"], "M8[D]"),
            np.array(["2026-01-02", "NaT"], "M8[D]"),
            "different",
        ),
        (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 2.0 + 1e-9)], "i4,f8"), "within"),
        (np.array([(1, 2.0)], "i4,f8"), np.array([(2, 2.0)], "i4,f8"), "different"),
        (np.array(1.0), np.array(2.0), "different"),
        (np.asfortranarray(np.ones((2, 3))), np.ones((2, 3)), "within"),
    ],
)
def test_values(differ: Differ, a: Any, b: Any, relation: str) -> None:
    assert differ("a.npy", npy(a), npy(b)).relation == relation


def test_half_floats_have_their_own_tolerance(differ: Differ) -> None:
    a, b = np.array([1.0], "f2"), np.array([1.0009765625], "f2")
    found = differ("a.npy", npy(a), npy(b))
    assert found.relation == "within"
    assert found.tolerance is not None
    assert found.tolerance.relative == 1e-3


def test_magnitude_and_evidence_name_places(differ: Differ) -> None:
    a = np.zeros((3, 4))
    b = a.copy()
    b[1, 2], b[2, 3] = 1.0, 5.0
    found = differ("a.npy", npy(a), npy(b))
    assert found.evidence == ("[1, 2]: 0.0 → 1.0", "[2, 3]: 0.0 → 5.0")
    assert found.magnitude is not None
    assert found.magnitude.where == "[2, 3]"
    assert (found.magnitude.differing, found.magnitude.total) == (2, 12)


def test_places_are_right_beyond_the_first_block(differ: Differ) -> None:
    a = np.zeros((700, 1000), "i2", order="F")
    b = a.copy(order="F")
    b[650, 7] = 3
    found = differ("a.npy", npy(a), npy(b))
    assert found.evidence == ("[650, 7]: 0 → 3",)
    assert found.magnitude is not None
    assert found.magnitude.total == 700_000


def test_evidence_is_bounded_and_counts_the_rest(differ: Differ) -> None:
    found = differ("a.npy", npy(np.zeros(1000)), npy(np.ones(1000)))
    assert found.evidence[-1] == "… and 995 more"


def test_archives_are_compared_member_by_member(differ: Differ) -> None:
    a = npz(weights=np.array([1.0]), bias=np.array([0]))
    assert differ("a.npz", a, npz(bias=np.array([0]), weights=np.array([1.0]))).relation == "within"
    found = differ("a.npz", a, npz(weights=np.array([2.0]), more=np.array([0])))
    assert found.evidence == (
        "bias.npy: present → (absent)",
        "more.npy: (absent) → present",
        "weights[0]: 1.0 → 2.0",
    )


def test_members_that_are_no_arrays_are_compared_by_bytes(differ: Differ) -> None:
    def archive(text: str) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as target:
            target.writestr("about.txt", text)
        return file.getvalue()

    assert differ("a.npz", archive("a"), archive("a")).relation == "within"
    assert differ("a.npz", archive("a"), archive("b")).evidence == (
        "about.txt: (bytes) → (other bytes)",
    )


def test_known_by_its_magic_alone(differ: Differ) -> None:
    assert differ("weights.bin", npy(np.zeros(1)), npy(np.zeros(1))).relation == "within"


class Trap:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("unpickled",))


def test_nothing_is_unpickled(differ: Differ, tmp_path: Path) -> None:
    trap = npy(np.array([Trap()], dtype=object))
    with pytest.raises(Undecided, match="unpickle"):
        differ("a.npy", trap, trap)
    path = tmp_path / "a.npy"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(Unreadable):
        module.Npy().compare(path, path, Scope(Policy(), ("a.npy",), inner=compare_parts))


def test_a_member_of_objects_stays_open_and_the_others_are_compared(differ: Differ) -> None:
    a, b = (npz(a=np.array([Trap()], dtype=object), b=np.array([n])) for n in (1, 2))
    found = differ("a.npz", a, a)
    assert found.relation == "unknown"
    assert found.notes == ("a.npy: an array of Python objects: to read it is to unpickle it",)
    assert differ("a.npz", a, b).evidence == ("b[0]: 1 → 2",)


@pytest.mark.parametrize(
    "broken",
    [
        npy(np.zeros(100))[:200],
        npy(np.zeros(1))[:5],
        npy(np.zeros(1)).replace(b"(1,)", b"(9,)"),
        npz(a=np.zeros(100))[:80],
        b"",
    ],
)
def test_truncated_files_are_unreadable(differ: Differ, broken: bytes) -> None:
    for name in ("a.npy", "a.npz"):
        with pytest.raises(Unreadable):
            differ(name, broken, npz(a=np.zeros(1)) if name == "a.npz" else broken)


def test_archives_that_unpack_too_large_are_unreadable(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    archive = npz(a=np.zeros(1000))
    with pytest.raises(Undecided, match="more than the 100"):
        differ("a.npz", archive, archive)


def test_a_member_that_appears_twice_is_unreadable(differ: Differ) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("a.npy", npy(np.zeros(1)))
        with pytest.warns(UserWarning, match="Duplicate"):
            target.writestr("a.npy", npy(np.ones(1)))
    with pytest.raises(Unreadable, match="twice"):
        differ("a.npz", file.getvalue(), file.getvalue())


def test_members_are_read_on_from_box_to_box(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 64)
    a = np.arange(600.0).reshape(20, 30)
    b = a.copy()
    b[17, 29] = -1
    found = differ("a.npz", npz(a=a), npz(a=b))
    assert found.evidence == ("a[17, 29]: 539.0 → -1.0",)
    assert found.tensors[0].norm == pytest.approx(540 / np.linalg.norm(a), rel=1e-3)
    assert found == differ("a.npz", npz(a=np.asfortranarray(a)), npz(a=np.asfortranarray(b)))
    assert found == differ("a.npz", npz(a=np.asfortranarray(a)), npz(a=b))


def test_fields_of_members_are_compared_apart(differ: Differ) -> None:
    a = np.array([((1, 2.0), [1, 2])], [("in", "i4,f8"), ("out", "i2", 2)])
    b = a.copy()
    b["out"][0, 1] = 3
    assert differ("a.npz", npz(a=a), npz(a=b)).evidence == ("a.out[0, 1]: 2 → 3",)
    assert differ("a.npy", npy(a), npy(b)).evidence == ("out[0, 1]: 2 → 3",)


def test_arrays_by_columns_that_cannot_be_held_stay_open(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_HELD", 100)
    archive = npz(a=np.asfortranarray(np.ones((20, 20))))
    assert differ("a.npz", archive, archive).relation == "unknown"


def test_sparse_matrices_of_scipy(differ: Differ) -> None:
    real = (DATA / "scipy-sparse.npz").read_bytes()
    file = io.BytesIO(real)
    members = dict(np.load(file))
    members["data"][2] = 9.0
    found = differ("a.npz", real, npz(**members))
    assert found.evidence == ("data[2]: 1.5 → 9.0",)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': [1]}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999,)}",
        "{'descr': ('<f8', (2,)), 'fortran_order': False, 'shape': (1,)}",
        "{'descr': [('a', 3)], 'fortran_order': False, 'shape': (1,)}",
        "__import__('os')",
        "(" * 3000,
    ],
)
def test_headers_that_are_none(differ: Differ, text: str) -> None:
    head = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()
    with pytest.raises(Unreadable):
        differ("a.npy", head + bytes(8), head + bytes(8))


def test_a_header_too_long_to_be_parsed_stays_open(differ: Differ) -> None:
    head = b"\x93NUMPY\x02\x00" + (1 << 30).to_bytes(4, "little")
    with pytest.raises(Undecided, match="header"):
        differ("a.npy", head, head)


damage = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=9)


@shared
@given(
    st.sampled_from([npy(np.ones((4, 5), "f4")), npz(a=np.ones(9), b=np.array(["x"]))]),
    damage,
    st.none() | st.integers(0, 900),
)
def test_damage_raises_nothing_else(
    differ: Differ, content: bytes, flips: list[tuple[int, int]], end: int | None
) -> None:
    broken = bytearray(content[:end])
    for place, value in flips:
        if broken:
            broken[place % len(broken)] = value
    with contextlib.suppress(Unreadable, Undecided):
        differ("a.npz" if content[:2] == b"PK" else "a.npy", content, bytes(broken))
