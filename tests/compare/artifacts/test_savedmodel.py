from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Unreadable

Differ = Callable[..., Difference]
FILES = Path(__file__).parents[2] / "data" / "compare" / "savedmodel"


def model(name: str) -> bytes:
    return (FILES / name / "saved_model.pb").read_bytes()


def test_the_same_model_saved_twice(differ: Differ) -> None:
    assert model("model") != model("again")
    found = differ("m/saved_model.pb", model("model"), model("again"))
    assert found.relation == "within"
    assert found.evidence == ()
    assert found.notes == (
        "the same keys in another order",
        "set aside: the numbers in the names of functions, counted by the process",
        "set aside: numbers that the process gave to tensors a function captures",
    )


def test_another_operation(differ: Differ) -> None:
    found = differ("saved_model.pb", model("model"), model("other"))
    assert found.relation == "different"
    place = "/meta_graphs/0/graph_def/library/function/__inference___call__#0/node_def"
    assert f"{place}/Softmax: (object of 4) → (absent)" in found.evidence


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"serving_default_x", b"serving_default_z"),
        (b"tensorflow/serving/predict", b"tensorflow/serving/classify"[:26]),
        (b"AssignVariableOp_2", b"AssignVariableOp_9"),
        (b"kEagerRuntime", b"kLazierRuntime"[:13]),
    ],
)
def test_any_other_text_counts(differ: Differ, old: bytes, new: bytes) -> None:
    assert old in model("model")
    changed = model("model").replace(old, new)
    assert differ("saved_model.pb", model("model"), changed).relation == "different"


def test_the_version_that_saved_it_is_named(differ: Differ) -> None:
    changed = model("model").replace(b"2.21.0", b"2.22.0")
    found = differ("saved_model.pb", model("model"), changed)
    assert found.relation == "within"
    assert any(note.startswith("saved by TensorFlow 2.21.0") for note in found.notes)


def test_a_fingerprint_restates_the_other_files(differ: Differ) -> None:
    a, b = ((FILES / name / "fingerprint.pb").read_bytes() for name in ("model", "again"))
    found = differ("m/fingerprint.pb", a, b)
    assert found.relation == "within"
    assert found.notes == (
        "set aside: the id, which is drawn anew at each save",
        "hashes of files that are compared themselves differ: saved_model_checksum",
    )


@pytest.mark.parametrize("name", ["saved_model.pb", "fingerprint.pb"])
@pytest.mark.parametrize("broken", [b"", b"\x10\x01", b"something else"])
def test_what_is_no_model_is_unreadable(differ: Differ, name: str, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ(name, (FILES / "model" / name).read_bytes(), broken)


SET_ORDER = "set aside: the order of variables in _all_variables, which Keras takes from a set"


def test_keras_keeps_variables_in_no_order(differ: Differ) -> None:
    found = differ("saved_model.pb", model("keras"), model("keras_again"))
    assert (found.relation, found.evidence) == ("within", ())
    assert SET_ORDER in found.notes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"sequential/dense/kernel", b"sequential/dense/kernal"),
        (b"sequential_1/dense_1_2/Add", b"sequential_1/dense_1_2/Sub"),
        (b"trainable_variables", b"trainable_variabler"),
    ],
)
def test_an_order_that_means_nothing_hides_no_change(
    differ: Differ, old: bytes, new: bytes
) -> None:
    again = model("keras_again")
    assert old in again
    found = differ("saved_model.pb", model("keras"), again.replace(old, new))
    assert found.relation == "different"
