from __future__ import annotations

import io
import pickle
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import npy as module

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
    assert found.evidence[-1] == "… and 980 more"


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


def test_nothing_is_unpickled(differ: Differ) -> None:
    trap = npy(np.array([Trap()], dtype=object))
    for content in (trap, npz(a=np.array([Trap()], dtype=object)), pickle.dumps(Trap())):
        with pytest.raises(Unreadable):
            differ("a.npz" if content[:2] == b"PK" else "a.npy", content, content)


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
