"""Comparators: one file per kind of file, tried in order; files nobody knows compare as bytes.

Other people's come from the entry-point group ``auditor.comparators``, after the built-in ones
and before plain text.
"""

from __future__ import annotations

import filecmp
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from auditor.compare.artifacts.bytes import first_difference
from auditor.compare.artifacts.checkpoint import (
    CheckpointData,
    CheckpointIndex,
    CheckpointState,
)
from auditor.compare.artifacts.compressed import Compressed
from auditor.compare.artifacts.csv import Csv
from auditor.compare.artifacts.excel import Excel
from auditor.compare.artifacts.hdf5 import Hdf5
from auditor.compare.artifacts.html import Html
from auditor.compare.artifacts.image import Raster
from auditor.compare.artifacts.interface import (
    Comparator,
    Difference,
    Scope,
    Undecided,
    Unreadable,
)
from auditor.compare.artifacts.json import Json
from auditor.compare.artifacts.keras import Keras
from auditor.compare.artifacts.lightgbm import LightGBM
from auditor.compare.artifacts.notebook import Notebook
from auditor.compare.artifacts.npy import Npy
from auditor.compare.artifacts.onnx import Onnx, OnnxData
from auditor.compare.artifacts.parquet import Feather, Parquet
from auditor.compare.artifacts.pdf import Pdf
from auditor.compare.artifacts.pickle import Pickle
from auditor.compare.artifacts.postscript import PostScript
from auditor.compare.artifacts.safetensors import Safetensors
from auditor.compare.artifacts.savedmodel import Fingerprint, SavedModel
from auditor.compare.artifacts.skops import Skops
from auditor.compare.artifacts.sqlite import Sqlite
from auditor.compare.artifacts.svg import Svg
from auditor.compare.artifacts.tar import Tar
from auditor.compare.artifacts.tensorboard import TensorBoard
from auditor.compare.artifacts.text import Nameless, Source, Text
from auditor.compare.artifacts.tfrecord import TFRecord
from auditor.compare.artifacts.toml import Toml
from auditor.compare.artifacts.torch import Torch
from auditor.compare.artifacts.wav import Wav
from auditor.compare.artifacts.xgboost import XGBoost
from auditor.compare.artifacts.xml import Xml
from auditor.compare.artifacts.yaml import Yaml
from auditor.compare.artifacts.zip import Zip

__all__ = [
    "COMPARATORS",
    "HEAD",
    "Comparator",
    "Difference",
    "Scope",
    "Undecided",
    "Unreadable",
    "comparator_for",
    "compare_parts",
]

HEAD = 512

COMPARATORS: tuple[Comparator, ...] = (
    Onnx(),
    OnnxData(),
    SavedModel(),
    Fingerprint(),
    CheckpointIndex(),
    CheckpointData(),
    CheckpointState(),
    TensorBoard(),
    TFRecord(),
    XGBoost(),
    LightGBM(),
    Torch(),
    Skops(),
    Pickle(),
    Notebook(),
    Json(),
    Yaml(),
    Toml(),
    Csv(),
    Parquet(),
    Feather(),
    Excel(),
    Sqlite(),
    Keras(),
    Hdf5(),
    Safetensors(),
    Npy(),
    Wav(),
    Html(),
    Svg(),
    Xml(),
    Raster(),
    Pdf(),
    PostScript(),
    Text(),
    Source(),
    Compressed(),
    Tar(),
    Zip(),
)
# What is plain text by its content: only where nothing knows it better.
_LAST = Nameless()


def comparator_for(path: str, head: bytes) -> Comparator | None:
    """Return what knows the file at ``path`` that starts with ``head``, or ``None``."""
    known = (one for one in (*COMPARATORS, *_others(), _LAST) if one.knows(path, head))
    return next(known, None)


def compare_parts(a: Path, b: Path, scope: Scope) -> Difference:
    """Compare two parts of larger files: equal bytes first, then by what knows them."""
    equal = filecmp.cmp(a, b, shallow=False)
    # The same bytes are the same decisions, if they hold any: only then is that asked.
    if equal and scope.policy.require != "decisions":
        return Difference(relation="within")
    found = _compared(a, b, scope)
    return Difference(relation="within", decisions=found.decisions) if equal else found


def _compared(a: Path, b: Path, scope: Scope) -> Difference:
    with a.open("rb") as file:
        comparator = comparator_for(scope.path, file.read(HEAD))
    if comparator is None:
        return Difference(relation="different", evidence=first_difference(a, b))
    try:
        return comparator.compare(a, b, scope)
    except Unreadable as reason:
        note = f"compared as bytes: {reason}"
        return Difference(relation="different", evidence=first_difference(a, b), notes=(note,))
    except Undecided as reason:
        return Difference(relation="unknown", notes=(str(reason),))


@cache
def _others() -> tuple[Comparator, ...]:
    found = sorted(entry_points(group="auditor.comparators"), key=lambda point: point.name)
    return tuple(point.load()() for point in found)
