from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import (
    Difference,
    Scope,
    Undecided,
    Unreadable,
    comparator_for,
    compare_parts,
)
from auditor.compare.readers.mapped import mapped
from auditor.compare.readers.tensor_bundle import index
from auditor.model.policy import Policy

Differ = Callable[..., Difference]
FILES = Path(__file__).parents[2] / "data" / "compare" / "savedmodel"
INDEX, DATA = "variables.index", "variables.data-00000-of-00001"


def folder(name: str) -> Path:
    return FILES / name / "variables"


def compared(name: str, a: Path, b: Path) -> Difference:
    def siblings(other: str) -> tuple[Path, Path] | None:
        pair = (a / other, b / other)
        return pair if all(path.exists() for path in pair) else None

    comparator = comparator_for(name, (a / name).read_bytes()[:64])
    assert comparator is not None
    scope = Scope(Policy(), (name,), inner=compare_parts, siblings=siblings)
    return comparator.compare(a / name, b / name, scope)


def test_the_same_variables_saved_twice() -> None:
    for name in (INDEX, DATA):
        found = compared(name, folder("model"), folder("again"))
        assert (found.relation, found.evidence, found.notes) == ("within", (), ())


def test_noise_in_the_last_bit_is_within() -> None:
    found = compared(DATA, folder("model"), folder("noise"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 6
    assert found.magnitude.where.startswith("w/.ATTRIBUTES/VARIABLE_VALUE[")


def test_one_weight_that_changed() -> None:
    found = compared(DATA, folder("model"), folder("weight"))
    assert found.relation == "different"
    assert found.evidence == ("w/.ATTRIBUTES/VARIABLE_VALUE[1, 1]: 0.104900114 → 0.105900116",)


def test_the_index_leaves_values_to_the_data() -> None:
    found = compared(INDEX, folder("model"), folder("weight"))
    assert found.relation == "within"
    assert found.notes == ("checksums of variables differ: the values lie in the files of data",)


def test_checkpoints_go_by_other_names(tmp_path: Path) -> None:
    for run in ("model", "weight"):
        (tmp_path / run).mkdir()
        for name in (INDEX, DATA):
            shutil.copy(folder(run) / name, tmp_path / run / name.replace("variables", "ckpt-7"))
    a, b = tmp_path / "model", tmp_path / "weight"
    assert compared("ckpt-7.data-00000-of-00001", a, b).relation == "different"
    assert compared("ckpt-7.index", a, b).relation == "within"


def changed(tmp_path: Path, old: bytes, new: bytes) -> Path:
    shutil.copytree(folder("model"), tmp_path / "changed")
    data = tmp_path / "changed" / DATA
    assert old in data.read_bytes()
    data.write_bytes(data.read_bytes().replace(old, new))
    return tmp_path / "changed"


def test_text_and_whole_numbers_are_exact(tmp_path: Path) -> None:
    found = compared(DATA, folder("model"), changed(tmp_path, b"lowhigh", b"lowHIGH"))
    assert found.relation == "different"
    assert found.evidence[0].startswith("/names~1.ATTRIBUTES~1VARIABLE_VALUE/1: ")


def test_which_object_owns_which_variable_is_compared(tmp_path: Path) -> None:
    found = compared(
        DATA, folder("model"), changed(tmp_path, b"serving_default", b"serving_nothing")
    )
    assert found.relation == "different"
    place = "/_CHECKPOINTABLE_OBJECT_GRAPH/~1signatures/children/serving_default"
    assert f'{place}: "/signatures/serving_default" → (absent)' in found.evidence


def test_data_without_an_index_stays_open(tmp_path: Path) -> None:
    shutil.copy(folder("model") / DATA, tmp_path / DATA)
    with pytest.raises(Undecided, match=r"variables\.index says"):
        compared(DATA, folder("model"), tmp_path)


def test_a_shard_that_is_too_short(tmp_path: Path) -> None:
    shutil.copytree(folder("model"), tmp_path / "short")
    data = tmp_path / "short" / DATA
    data.write_bytes(data.read_bytes()[:60])
    with pytest.raises(Unreadable, match="beyond the end"):
        compared(DATA, folder("model"), tmp_path / "short")


def test_an_index_with_a_wrong_checksum(tmp_path: Path) -> None:
    shutil.copytree(folder("model"), tmp_path / "wrong")
    path = tmp_path / "wrong" / INDEX
    path.write_bytes(path.read_bytes().replace(b"names", b"manes"))
    with pytest.raises(Unreadable, match="checksum"):
        compared(INDEX, folder("model"), tmp_path / "wrong")


def test_other_files_called_index_are_none() -> None:
    comparator = comparator_for("book.index", b"A\n1\nB\n2\n")
    assert comparator is None or "TensorFlow" not in comparator.name


SET_ORDER = "set aside: the order of variables in _all_variables, which Keras takes from a set"


def test_keras_keeps_variables_in_no_order() -> None:
    assert (folder("keras") / INDEX).read_bytes() != (folder("keras_again") / INDEX).read_bytes()
    for name in (INDEX, DATA):
        found = compared(name, folder("keras"), folder("keras_again"))
        assert (found.relation, found.evidence) == ("within", ())
    assert SET_ORDER in found.notes
    assert found.magnitude is not None
    assert found.magnitude.differing == 0


def test_a_variable_of_a_set_that_changed_goes_by_its_name(tmp_path: Path) -> None:
    shutil.copytree(folder("keras_again"), tmp_path / "other")
    data = bytearray((tmp_path / "other" / DATA).read_bytes())
    listing = index(mapped(tmp_path / "other" / INDEX))
    at = listing.variables["_all_variables/0/.ATTRIBUTES/VARIABLE_VALUE"].offset
    data[at + 2] ^= 0x40
    (tmp_path / "other" / DATA).write_bytes(data)
    found = compared(DATA, folder("keras"), tmp_path / "other")
    assert found.relation == "different"
    assert found.evidence[0].startswith("_all_variables/sequential/dense")


STATE = """model_checkpoint_path: "c-2"
all_model_checkpoint_paths: "c-1"
all_model_checkpoint_paths: "c-2"
all_model_checkpoint_timestamps: 1795245785.25
all_model_checkpoint_timestamps: 1795245786.5
last_preserved_timestamp: 1795245784.125
"""


def test_the_list_of_checkpoints_without_times(differ: Differ) -> None:
    found = differ("ckpt/checkpoint", STATE, STATE.replace("1795", "1796"))
    assert (found.relation, found.notes) == (
        "within",
        ("set aside: when the checkpoints were written",),
    )
    found = differ("ckpt/checkpoint", STATE, STATE.replace('"c-1"', '"c-9"'))
    assert found.relation == "different"
    with pytest.raises(Unreadable):
        differ("ckpt/checkpoint", STATE, b"model_checkpoint_path: \xff")
