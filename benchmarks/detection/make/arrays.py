"""NumPy files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import numpy as np
from content import CLASSES, layers, matrix, nudged, replaced
from pair import Pair, harmless, planted

__all__ = ["pairs"]

WEIGHTS = matrix(24, 16, 21)


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _npy_harmless()
    yield from _npy_planted()
    yield from _npy_labels()
    yield from _npz_harmless()
    yield from _npz_planted()


def _npy(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    return buffer.getvalue()


def _npy_harmless() -> Iterator[Pair]:
    double = matrix(24, 16, 22, "float64")
    yield harmless(
        "npy-last-bit-float32",
        "weights.npy",
        _npy(WEIGHTS),
        _npy(nudged(WEIGHTS)),
        "Half of the weights differ in the last bit of a float32.",
    )
    yield harmless(
        "npy-last-bit-float64",
        "embedding.npy",
        _npy(double),
        _npy(nudged(double)),
        "Half of the numbers differ in the last bit of a float64.",
    )
    yield harmless(
        "npy-column-major",
        "weights.npy",
        _npy(WEIGHTS),
        _npy(np.asfortranarray(WEIGHTS)),
        "The same array stored column by column.",
    )
    yield harmless(
        "npy-format-version",
        "weights.npy",
        _npy(WEIGHTS, (1, 0)),
        _npy(WEIGHTS, (2, 0)),
        "The same array in version 2.0 of the format.",
    )


def _npy_planted() -> Iterator[Pair]:
    def change(name: str, other: np.ndarray, why: str) -> Pair:
        return planted(name, "weights.npy", _npy(WEIGHTS), _npy(other), why)

    double = matrix(24, 16, 22, "float64")
    yield change(
        "npy-one-weight",
        replaced(WEIGHTS, (7, 3), WEIGHTS[7, 3] + 1e-3),
        "One weight is 0.001 higher.",
    )
    yield change(
        "npy-sign", replaced(WEIGHTS, (2, 9), -WEIGHTS[2, 9]), "One weight has the other sign."
    )
    yield change("npy-nan", replaced(WEIGHTS, (20, 1), np.nan), "One weight became NaN.")
    yield change("npy-transposed", np.ascontiguousarray(WEIGHTS.T), "The array is transposed.")
    yield change("npy-reshaped", WEIGHTS.reshape(16, 24), "The same numbers in another shape.")
    yield planted(
        "npy-cast",
        "embedding.npy",
        _npy(double),
        _npy(double.astype("float32")),
        "float64 became float32: half of the digits are gone.",
    )


def _npy_labels() -> Iterator[Pair]:
    labels = np.random.default_rng(23).integers(0, 3, 80)
    other = replaced(labels, (33,), (labels[33] + 1) % 3)
    names = np.array(CLASSES)[labels]
    logits = matrix(40, 3, 24)
    flipped = logits.copy()
    flipped[11] = flipped[11, ::-1]
    assert (logits.argmax(1) != flipped.argmax(1)).sum() == 1
    yield planted(
        "npy-label",
        "predictions.npy",
        _npy(labels),
        _npy(other),
        "One sample is predicted to be of another class.",
        decisions="different",
    )
    yield planted(
        "npy-label-names",
        "predicted_labels.npy",
        _npy(names),
        _npy(np.array(CLASSES)[other]),
        "One sample is predicted to be of another class, by name.",
        decisions="different",
    )
    yield planted(
        "npy-integer-type",
        "labels.npy",
        _npy(labels),
        _npy(labels.astype("int32")),
        "int64 became int32.",
    )
    yield planted(
        "npy-logits",
        "logits.npy",
        _npy(logits),
        _npy(flipped),
        "The logits of one sample are reversed, and another class wins.",
        decisions="different",
    )


def _npz(arrays: dict[str, np.ndarray], *, level: int = 0, hour: int = 9) -> bytes:
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method, compresslevel=level or None) as target:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", (2026, 3, 2, hour, 0, 0))
            target.writestr(member, _npy(array), method, level or None)
    return buffer.getvalue()


def _npz_harmless() -> Iterator[Pair]:
    arrays = layers()
    yield harmless(
        "npz-compressed",
        "weights.npz",
        _npz(arrays),
        _npz(arrays, level=6),
        "The same arrays, compressed.",
    )
    yield harmless(
        "npz-other-level",
        "weights.npz",
        _npz(arrays, level=1),
        _npz(arrays, level=9, hour=17),
        "The same arrays at another time, compressed harder.",
    )
    yield harmless(
        "npz-order",
        "weights.npz",
        _npz(arrays),
        _npz(dict(reversed(arrays.items()))),
        "The same arrays in another order; they are read by name.",
    )
    yield harmless(
        "npz-last-bit",
        "weights.npz",
        _npz(arrays),
        _npz({name: nudged(array) for name, array in arrays.items()}),
        "Weights differ in the last bit of a float32.",
    )


def _npz_planted() -> Iterator[Pair]:
    arrays = layers()

    def change(name: str, why: str, **other: np.ndarray) -> Pair:
        return planted(name, "weights.npz", _npz(arrays), _npz({**arrays, **other}), why)

    w1, b1 = arrays["w1"], arrays["b1"]
    yield change(
        "npz-one-weight", "One weight is 0.001 higher.", w1=replaced(w1, (3, 3), w1[3, 3] + 1e-3)
    )
    yield change("npz-bias-zero", "A small bias is zero throughout.", b1=np.zeros_like(b1))
    double = {**arrays, "w2": matrix(12, 3, 29, "float64")}
    yield planted(
        "npz-cast",
        "weights.npz",
        _npz(double),
        _npz({**double, "w2": double["w2"].astype("float32")}),
        "float64 became float32 in one array: half of the digits are gone.",
    )
    yield planted(
        "npz-renamed",
        "weights.npz",
        _npz(arrays),
        _npz({"weight1" if name == "w1" else name: array for name, array in arrays.items()}),
        "An array has another name.",
    )
    yield planted(
        "npz-missing",
        "weights.npz",
        _npz(arrays),
        _npz({name: array for name, array in arrays.items() if name != "b2"}),
        "An array is missing.",
    )
