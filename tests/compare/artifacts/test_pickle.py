from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable, comparator_for
from auditor.compare.artifacts.pickle import Pickle
from auditor.compare.readers import joblib_arrays

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def real(name: str) -> bytes:
    folder = "joblib" if name.endswith(".joblib") else "pickle"
    return (DATA / folder / name).read_bytes()


@pytest.mark.parametrize("name", ["a.pkl", "a.pickle", "a.joblib", "a.pkl.gz", "A.JOBLIB.Z"])
def test_known_by_name(name: str) -> None:
    assert isinstance(comparator_for(name, b""), Pickle)


def test_known_by_its_start() -> None:
    assert isinstance(comparator_for("model", pickle.dumps([1] * 9)[:64]), Pickle)
    assert not isinstance(comparator_for("model.txt", b"text"), Pickle)


@pytest.mark.parametrize(
    "kind", ["logistic", "forest", "frame", "cloud", "objects", "tfidf", "xgboost", "lightgbm"]
)
def test_what_was_made_again_is_within(differ: Differ, kind: str) -> None:
    found = differ("a.pkl", real(f"{kind}_model.pkl"), real(f"{kind}_again.pkl"))
    assert found.relation == "within"
    assert not found.evidence
    assert found.magnitude is None or found.magnitude.max_abs == 0.0


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("logistic", "/coef_[0, 0]: -0.450152728871355 → -0.449152728871355"),
        ("forest", "/steps/0/1/mean_[0]"),
        ("frame", "1 → 7"),
        ("cloud", "co"),
        ("xgboost", "/learning_rate: 0.3 → 0.31"),
        ("lightgbm", "/learning_rate: 0.1 → 0.11"),
    ],
)
def test_what_was_changed_is_different(differ: Differ, kind: str, place: str) -> None:
    found = differ("a.pkl", real(f"{kind}_model.pkl"), real(f"{kind}_weight.pkl"))
    assert found.relation == "different"
    if kind != "cloud":
        assert any(place in line for line in found.evidence)


def test_the_trees_of_boosters_are_compared_as_files_of_their_own(differ: Differ) -> None:
    for kind, part in (("xgboost", "booster0/model.ubj"), ("lightgbm", "booster0/model.txt")):
        found = differ("a.pkl", real(f"{kind}_model.pkl"), real(f"{kind}_weight.pkl"))
        assert any(line.startswith(part) for line in found.evidence)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 5])
def test_the_protocol_is_set_aside(differ: Differ, protocol: int) -> None:
    found = differ("a.pkl", real("objects_model.pkl"), real(f"objects_protocol{protocol}.pkl"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 0
    # Protocol 1 writes no header that would tell it from 0.
    written = 0 if protocol == 1 else protocol
    assert f"set aside: protocol of pickle (4 → {written})" in found.notes


def test_the_order_of_sets_is_set_aside(differ: Differ) -> None:
    found = differ("a.pkl", real("objects_model.pkl"), real("objects_again.pkl"))
    assert "set aside: the order of members of sets" in found.notes


def test_addresses_and_drawn_ids_are_set_aside(differ: Differ) -> None:
    words = differ("a.pkl", real("tfidf_model.pkl"), real("tfidf_again.pkl"))
    assert any("address of a list of stop words" in note for note in words.notes)
    classes = differ("a.pkl", real("cloud_model.pkl"), real("cloud_again.pkl"))
    assert any("ids of classes" in note for note in classes.notes)


def test_another_version_of_scikit_learn_is_told(differ: Differ) -> None:
    old = real("logistic_model.pkl").replace(b"1.9.1", b"1.8.0")
    found = differ("a.pkl", old, real("logistic_model.pkl"))
    assert found.relation == "within"
    assert found.notes == ("set aside: version of scikit-learn (1.8.0 → 1.9.1)",)


def test_numpy_1_and_2_name_their_modules_differently(differ: Differ) -> None:
    new = real("objects_protocol2.pkl")
    old = new.replace(b"numpy._core.", b"numpy.core.")
    assert old != new
    found = differ("a.pkl", old, new)
    assert found.relation == "within"
    assert "set aside: NumPy's modules (numpy.core → numpy._core)" in found.notes


def test_other_bytes_alone_are_told(differ: Differ) -> None:
    a = pickle.dumps([1.5, "text"], 4)
    assert a[2:3] == b"\x95"
    found = differ("a.pkl", a, a[:2] + a[11:])
    assert found.relation == "within"
    assert found.notes == ("set aside: how the same values are written",)


def test_floats_have_the_tolerance_of_their_width(differ: Differ) -> None:
    def pair(kind: Any) -> str:
        a, b = (pickle.dumps({"w": kind(one)}) for one in (1.0, 1.000001))
        return differ("a.pkl", a, b).relation

    assert pair(np.float32) == "within"
    assert pair(np.float64) == "different"
    assert pair(float) == "different"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        np.arange(10.0)[::2],
        np.array(1.0),
        np.zeros((0, 3)),
        np.arange(3, dtype=">f4"),
        np.array(["a", "bc"]),
        np.array(["2026-01-01", "NaT"], "M8[D]"),
        np.array([1], "m8[25s]"),
        np.array([(1, [2.0, 3.0])], dtype=[("a", "i4"), ("b", "f8", (2,))]),
        np.array([True, False]),
        np.float32(1.5),
        np.longdouble(1.5),
        np.datetime64("2026-01-01"),
        np.arange(100_000.0),
    ],
    ids=str,
)
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_arrays_are_what_numpy_makes_of_them(tmp_path: Path, array: Any, protocol: int) -> None:
    from auditor.compare.readers.pickle_files import read_pickles  # noqa: PLC0415

    path = tmp_path / "a"
    path.write_bytes(pickle.dumps(array, protocol))
    tree = read_pickles(path).tree
    np.testing.assert_array_equal(tree.values, array)
    assert tree.values.dtype == array.dtype
    assert tree.shape == array.shape


@pytest.mark.parametrize("kind", ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"])
def test_joblibs_compression_is_undone(differ: Differ, kind: str) -> None:
    packed, plain = real(f"forest_{kind}.joblib"), real("forest_model.joblib")
    assert differ("a.joblib", packed, plain).relation == "within"
    assert differ("a.joblib", packed, real("forest_weight.joblib")).relation == "different"
    assert differ("a.pkl", packed, real("forest_model.pkl")).relation == "within"
    for broken in (packed[:-20], packed + b"more", packed[:30]):
        with pytest.raises(Unreadable):
            differ("a.joblib", broken, plain)


def test_what_is_packed_too_well_or_unknown_is_undecided(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = real("forest_model.joblib")
    with pytest.raises(Undecided, match="zstd"):
        differ("a.joblib", b"\x28\xb5\x2f\xfd...", plain)
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "lz4.frame", None)
        with pytest.raises(Undecided, match=r"pip install 'auditor\[lz4\]'"):
            differ("a.joblib", real("forest_lz4.joblib"), plain)
    with pytest.raises(Undecided, match=r"before version 0\.9\.3"):
        differ("a.joblib", b"ZF0x10 ...", plain)
    monkeypatch.setattr(joblib_arrays, "MAX_UNPACKED", 100)
    with pytest.raises(Undecided, match="more than 100"):
        differ("a.joblib", real("forest_zlib.joblib"), plain)


def test_joblibs_arrays_are_read_from_between_the_opcodes(tmp_path: Path) -> None:
    from auditor.compare.readers.pickle_files import read_pickles  # noqa: PLC0415

    tree = read_pickles(DATA / "joblib" / "objects.joblib").tree
    np.testing.assert_array_equal(tree["a"].values, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(tree["af"].values, np.arange(6.0).reshape(2, 3))
    assert tree["ao"]["<values>"] == ["a", None]
    assert tree["cn"] == {"<class>": "collections.Counter", "a": 2, "b": 1}
    assert not list(tmp_path.iterdir())


def test_tensors_within_pickles(differ: Differ) -> None:
    plain, packed = real("module.pkl"), real("module.joblib")
    assert differ("a.pkl", plain, packed).relation == "within"
    changed = plain.replace(b"in_features", b"xn_features")
    assert differ("a.pkl", plain, changed).relation == "different"


def test_what_stays_open_makes_it_unknown_unless_it_differs(differ: Differ) -> None:
    one = b"\x80\x02}(X\x01\x00\x00\x00aX\x01\x00\x00\x00pQX\x01\x00\x00\x00bK\x01u."
    other = one.replace(b"K\x01u", b"K\x02u")
    assert differ("a.pkl", one, one).relation == "unknown"
    assert differ("a.pkl", one, other).relation == "different"


class Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


def test_nothing_is_executed(differ: Differ, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    one, other = pickle.dumps([Trap(marker), 1]), pickle.dumps([Trap(marker), 2])
    assert differ("a.pkl", one, other).relation == "different"
    assert not marker.exists()


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (np.int64(0), np.int64(0), "within"),
        (np.int64(5), np.int64(6), "different"),
        (np.int64(5), np.int32(5), "different"),
        (np.int64(5), 5, "different"),
        (np.uint8(255), np.int8(-1), "different"),
        (np.float64(1.0), np.float64(1.0 + 1e-9), "within"),
        (np.float64(1.0), 1.0, "different"),
        (np.float64("nan"), np.float64("nan"), "within"),
        (np.float32(1.0), np.float64(1.0), "different"),
        (np.True_, np.False_, "different"),
    ],
)
def test_scalars_of_numpy_have_its_types(differ: Differ, a: Any, b: Any, relation: str) -> None:
    one, other = pickle.dumps([a], 4), pickle.dumps([b], 2)
    assert differ("a.pkl", one, other).relation == relation


def test_predictions_are_decisions(differ: Differ) -> None:
    one = pickle.dumps({"predictions": np.array([0, 1, 1]), "loss": 0.5})
    other = pickle.dumps({"predictions": np.array([0, 1, 0]), "loss": 0.5})
    assert differ("a.pkl", one, other).decisions == "different"
    assert differ("a.pkl", one, pickle.dumps(pickle.loads(one), 2)).decisions == "same"


REAL = sorted({*(DATA / "pickle").iterdir(), *(DATA / "joblib").iterdir()})


@pytest.mark.slow
@settings(shared, max_examples=80)
@given(data=st.data())
def test_damaged_files_raise_only_what_is_agreed(differ: Differ, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(REAL))
    content = path.read_bytes()
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable, Undecided):
        differ(path.name, content, bytes(damaged[: data.draw(st.integers(1, len(content)))]))
        differ(path.name, content, bytes(damaged))
