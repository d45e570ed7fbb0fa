"""Every comparator knows its kind, finds nothing in a copy, and mirrors its sides."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from auditor.compare.artifacts import (
    COMPARATORS,
    HEAD,
    Comparator,
    Difference,
    Scope,
    comparator_for,
    compare_parts,
)
from auditor.model.policy import Policy

DATA = Path(__file__).parents[2] / "data" / "compare"
MODELS = DATA / "savedmodel"


def packed(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", text)
    return file.getvalue()


def taped(text: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a.txt")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return file.getvalue()


def squeezed(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)


def array(value: float) -> bytes:
    file = io.BytesIO()
    np.save(file, np.full(9, value))
    return file.getvalue()


def real(first: str, second: str) -> tuple[bytes, bytes]:
    return (DATA / first).read_bytes(), (DATA / second).read_bytes()


def rewritten(archive: bytes, old: bytes, new: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == "config.json" else content)
    return file.getvalue()


TENSORS, KERAS = real("safetensors/torch.safetensors", "keras/keras-a.keras")

# For each comparator: the file's name, and two contents that mean different things.
EXAMPLES: dict[str, tuple[str, tuple[bytes, bytes]]] = {
    "ONNX model": ("m.onnx", real("onnx/model.onnx", "onnx/weight.onnx")),
    "ONNX tensors": ("m.onnx.data", (b"", b"")),
    "TensorFlow saved model": (
        "m/saved_model.pb",
        real("savedmodel/model/saved_model.pb", "savedmodel/keras/saved_model.pb"),
    ),
    "TensorFlow fingerprint": (
        "m/fingerprint.pb",
        real("savedmodel/model/fingerprint.pb", "savedmodel/model/fingerprint.pb"),
    ),
    "TensorFlow index of variables": (
        "m/variables/variables.index",
        real(
            "savedmodel/model/variables/variables.index",
            "savedmodel/keras/variables/variables.index",
        ),
    ),
    "TensorFlow variables": (
        "m/variables/variables.data-00000-of-00001",
        real(
            "savedmodel/model/variables/variables.data-00000-of-00001",
            "savedmodel/weight/variables/variables.data-00000-of-00001",
        ),
    ),
    "TensorFlow list of checkpoints": (
        "checkpoint",
        (b'model_checkpoint_path: "ckpt-1"\n', b'model_checkpoint_path: "ckpt-2"\n'),
    ),
    "TensorBoard events": (
        "events.out.tfevents.1700000000.host",
        real("tensorboard/model.tfevents", "tensorboard/weight.tfevents"),
    ),
    "XGBoost model": ("m.ubj", real("xgboost/model.ubj", "xgboost/weight.ubj")),
    "LightGBM model": ("m.txt", real("lightgbm/model.txt", "lightgbm/weight.txt")),
    "PyTorch tensors": ("m.pt", real("torch/state_model.pt", "torch/state_weight.pt")),
    "skops objects": ("m.skops", real("skops/pipeline_model.skops", "skops/pipeline_weight.skops")),
    "pickled objects": ("m.pkl", real("pickle/logistic_model.pkl", "pickle/logistic_weight.pkl")),
    "notebook cells": ("n.ipynb", real("notebook/train.ipynb", "notebook/worse.ipynb")),
    "JSON values": ("a.json", (b'{"a": 1}', b'{"a": 2}')),
    "YAML values": ("a.yaml", (b"a: 1\n", b"a: 2\n")),
    "TOML values": ("a.toml", (b"a = 1\n", b"a = 2\n")),
    "table cells": ("a.csv", (b"x,y\n1,2\n", b"x,y\n1,3\n")),
    "Parquet table": ("a.parquet", real("parquet/predictions.parquet", "parquet/shorter.parquet")),
    "Arrow table": ("a.feather", real("parquet/predictions.feather", "parquet/changed.feather")),
    "Excel cells": ("a.xlsx", real("excel/report.xlsx", "excel/changed.xlsx")),
    "SQLite tables": ("a.db", real("sqlite/runs.db", "sqlite/changed.db")),
    "Keras model": ("m.keras", (KERAS, rewritten(KERAS, b'"linear"', b'"tanh"'))),
    "HDF5 datasets": ("m.h5", real("hdf5/pytables.h5", "hdf5/pandas-table.h5")),
    "tensors": ("m.safetensors", (TENSORS, TENSORS.replace(b'"pt"', b'"tf"'))),
    "NumPy arrays": ("a.npy", (array(1.0), array(2.0))),
    "audio samples": ("a.wav", real("wav/scipy-pcm8.wav", "wav/scipy-pcm16.wav")),
    "HTML content": ("a.html", real("html/styler-a.html", "html/styler-c.html")),
    "PostScript drawing": ("a.eps", (b"%!PS\n1 2 l\n", b"%!PS\n1 3 l\n")),
    "TensorFlow records": (
        "a.tfrecord",
        real("tfrecord/base.tfrecord", "tfrecord/value.tfrecord"),
    ),
    "SVG shapes": ("a.svg", real("svg/plot-a.svg", "svg/plot-c.svg")),
    "XML content": ("a.xml", (b"<a>1</a>", b"<a>2</a>")),
    "pixels": ("a.png", real("image/plot-a.png", "image/plot-c.png")),
    "PDF pages": ("a.pdf", real("pdf/plot-a.pdf", "pdf/plot-c.pdf")),
    "text": ("a.txt", (b"one\n", b"two\n")),
    "source text": ("a.py", (b"one\n", b"two\n")),
    "compressed content": ("a.txt.gz", (squeezed(b"one\n"), squeezed(b"two\n"))),
    "archive members": ("a.zip", (packed(b"one\n"), packed(b"two\n"))),
}
# They are compared with their neighbours, or mean nothing by themselves: see their own tests.
ALONE = {"ONNX tensors", "TensorFlow variables", "TensorFlow fingerprint"}

Compare = Callable[[str, bytes, bytes], Difference]


@pytest.fixture
def parts(tmp_path: Path) -> Compare:
    def compare(name: str, a: bytes, b: bytes) -> Difference:
        paths = (tmp_path / "one", tmp_path / "other")
        for path, content in zip(paths, (a, b), strict=True):
            path.write_bytes(content)
        return compare_parts(*paths, Scope(Policy(), (name,), inner=compare_parts))

    return compare


def test_every_comparator_has_an_example() -> None:
    assert {one.name for one in COMPARATORS} == set(EXAMPLES)


@pytest.mark.parametrize("comparator", COMPARATORS, ids=lambda one: one.name)
def test_it_is_the_one_that_is_asked(comparator: Comparator) -> None:
    name, (content, _) = EXAMPLES[comparator.name]
    if comparator.name == "archive members" and not comparator.knows(name, content[:HEAD]):
        name, content = "a.tar", taped(b"one\n")
    found = comparator_for(name, content[:HEAD])
    assert found is not None
    assert found.name == comparator.name
    assert not comparator.knows("what.nobody.knows", b"\x00\x01\x02")


@pytest.mark.parametrize("name", sorted({*EXAMPLES} - ALONE))
def test_it_finds_what_differs_on_either_side(parts: Compare, name: str) -> None:
    path, (a, b) = EXAMPLES[name]
    there, back = parts(path, a, b), parts(path, b, a)
    assert there.relation == back.relation == "different"
    assert there.evidence
    assert there.decisions == back.decisions
    if there.magnitude is not None and back.magnitude is not None:
        assert there.magnitude.max_abs == back.magnitude.max_abs
        assert there.magnitude.differing == back.magnitude.differing


@pytest.mark.parametrize("name", sorted({*EXAMPLES} - {"ONNX tensors", "TensorFlow variables"}))
def test_it_finds_nothing_in_a_copy(tmp_path: Path, name: str) -> None:
    path, (content, _) = EXAMPLES[name]
    comparator = comparator_for(path, content[:HEAD])
    assert comparator is not None
    copies = (tmp_path / "one", tmp_path / "other")
    for copy in copies:
        copy.write_bytes(content)
    found = comparator.compare(*copies, Scope(Policy(), (path,), inner=compare_parts))
    assert found.relation == "within"
    assert not found.evidence
    assert not found.masks
    if found.magnitude is not None:
        assert (found.magnitude.max_abs, found.magnitude.differing) == (0.0, 0)
    assert all(one.differing == 0 for one in found.tensors)
    assert not found.curves
    assert not found.pictures


def test_equal_parts_are_asked_for_decisions_only_where_these_decide(tmp_path: Path) -> None:
    copies = (tmp_path / "one", tmp_path / "other")
    for copy in copies:
        copy.write_text("id,prediction\n1,cat\n")
    answers = {}
    for require in ("values", "decisions"):
        policy = Policy(require=require)
        scope = Scope(policy, ("a.csv",), inner=compare_parts)
        answers[require] = compare_parts(*copies, scope)
    assert answers["values"] == Difference(relation="within")
    assert answers["decisions"] == Difference(relation="within", decisions="same")


def test_one_that_another_package_brings_comes_before_plain_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Recipe:
        name = "recipes"

        def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
            return path.endswith(".recipe")

        def compare(self, a: Path, b: Path, scope: Scope) -> Difference:  # noqa: ARG002 - never
            return Difference(relation="within")

    monkeypatch.setattr("auditor.compare.artifacts._others", lambda: (Recipe(),))
    found = comparator_for("a.recipe", b"flour")
    assert found is not None
    assert found.name == "recipes"
