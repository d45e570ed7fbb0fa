from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from auditor.compare.artifacts import Difference, Unreadable, comparator_for
from auditor.compare.artifacts.keras import Keras
from auditor.compare.readers.keras import numbered
from auditor.model.policy import Policy, Rule

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data/compare/keras"
FIRST, SECOND = ((DATA / f"keras-{run}.keras").read_bytes() for run in "ab")


def changed(content: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            data = source.read(info)
            made.writestr(info, change(data) if info.filename == member else data)
    return target.getvalue()


def with_json(content: bytes, member: str, change: Callable[[Any], object]) -> bytes:
    def edit(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        return json.dumps(document).encode()

    return changed(content, member, edit)


def with_weight(content: bytes, value: float) -> bytes:
    def edit(data: bytes) -> bytes:
        file = io.BytesIO(data)
        with h5py.File(file, "r+") as weights:
            weights["layers/dense_1/vars/1"][0] = value
        return file.getvalue()

    return changed(content, "model.weights.h5", edit)


def layer(document: Any) -> Any:
    return document["config"]["layers"][-1]["config"]


def test_two_trainings_of_one_model(differ: Differ) -> None:
    found = differ("m.keras", FIRST, SECOND)
    assert found.relation == "within"
    assert not found.evidence
    notes = "\n".join(found.notes)
    assert "date_saved differs" in notes
    assert "where they lay in memory" in notes


def test_a_weight_that_differs(differ: Differ) -> None:
    found = differ("m.keras", FIRST, with_weight(FIRST, 7.0))
    assert found.relation == "different"
    assert found.evidence[0].startswith("model.weights.h5: layers/dense_1/vars/1[0]: ")
    assert found.tensors[0].differing == 1
    policy = Policy(tolerances=(Rule(match="m.keras", absolute=100.0),))
    assert differ("m.keras", FIRST, with_weight(FIRST, 7.0), policy).relation == "within"


def test_a_setting_that_differs(differ: Differ) -> None:
    other = with_json(FIRST, "config.json", lambda found: layer(found).update(units=9))
    found = differ("m.keras", FIRST, other)
    assert found.relation == "different"
    assert "/units: 2 → 9" in found.evidence[0]


def test_objects_that_are_no_longer_shared(differ: Differ) -> None:
    def unshare(document: Any) -> None:
        document["config"]["dtype"]["shared_object_id"] = 1

    assert differ("m.keras", FIRST, with_json(FIRST, "config.json", unshare)).relation == (
        "different"
    )


def test_another_version_of_keras_is_noted(differ: Differ) -> None:
    other = with_json(FIRST, "metadata.json", lambda found: found.update(keras_version="9"))
    found = differ("m.keras", FIRST, other)
    assert found.relation == "within"
    assert "keras_version differs" in "\n".join(found.notes)
    other = with_json(FIRST, "metadata.json", lambda found: found.update(more=1))
    assert differ("m.keras", FIRST, other).evidence == ("metadata.json: /more: (absent) → 1",)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a":1,"a":2}', b"[" * 200_000])
def test_members_that_are_not_as_keras_writes_them(differ: Differ, content: bytes) -> None:
    for member in ("metadata.json", "config.json"):
        other = changed(FIRST, member, lambda _: content)
        assert differ("m.keras", FIRST, other).relation in {"different", "unknown"}


def test_archives_that_are_broken(differ: Differ) -> None:
    with pytest.raises(Unreadable):
        differ("m.keras", FIRST, FIRST[:2000])


def test_old_models_are_hdf5() -> None:
    found = comparator_for("m.keras", b"\x89HDF\r\n\x1a\n")
    assert found is not None
    assert found.name == "HDF5 datasets"
    assert isinstance(comparator_for("m.keras", FIRST[:64]), Keras)


def test_shared_objects_are_numbered_in_their_order() -> None:
    config = [{"shared_object_id": 90}, {"a": {"shared_object_id": 70}}, {"shared_object_id": 90}]
    assert numbered(config) == [
        {"shared_object_id": 0},
        {"a": {"shared_object_id": 1}},
        {"shared_object_id": 0},
    ]
    assert numbered({"shared_object_id": None}) == {"shared_object_id": None}
    assert np.isnan(numbered([float("nan")])[0])
