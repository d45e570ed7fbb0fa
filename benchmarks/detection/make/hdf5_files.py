"""HDF5."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import h5py
import numpy as np
from content import CLASSES, layers, matrix, nudged, replaced
from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _hdf5_harmless()
    yield from _hdf5_planted()


def _hdf5(
    arrays: dict[str, np.ndarray],
    *,
    lr: float = 0.1,
    edit: Callable[[h5py.File], object] | None = None,
    **options: object,
) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["lr"] = lr
        file.attrs["classes"] = list(CLASSES)
        for name, array in arrays.items():
            file.create_dataset(f"layers/{name}", data=array, **(options if array.ndim > 1 else {}))
        if edit:
            edit(file)
    return buffer.getvalue()


def _hdf5_harmless() -> Iterator[Pair]:
    arrays = layers()
    plain = _hdf5(arrays)
    yield harmless(
        "hdf5-compressed",
        "features.h5",
        _hdf5(arrays, compression="gzip", compression_opts=1),
        _hdf5(arrays, compression="gzip", compression_opts=9),
        "The same data, compressed harder.",
    )
    yield harmless(
        "hdf5-chunks",
        "features.h5",
        plain,
        _hdf5(arrays, chunks=(4, 3), shuffle=True),
        "The same data in chunks of another size.",
    )
    yield harmless(
        "hdf5-order-and-times",
        "features.hdf5",
        plain,
        _hdf5(dict(reversed(arrays.items())), track_times=True),
        "The data sets were made in another order, and their times are kept.",
    )
    yield harmless(
        "hdf5-last-bit",
        "features.h5",
        plain,
        _hdf5({name: nudged(array) for name, array in arrays.items()}),
        "Numbers differ in the last bit of a float32.",
    )


def _hdf5_planted() -> Iterator[Pair]:
    arrays = layers()
    w1 = arrays["w1"]

    def change(name: str, why: str, other: bytes) -> Pair:
        return planted(name, "features.h5", _hdf5(arrays), other, why)

    yield change(
        "hdf5-one-number",
        "One number is 0.001 higher.",
        _hdf5({**arrays, "w1": replaced(w1, (5, 5), w1[5, 5] + 1e-3)}),
    )
    yield change(
        "hdf5-attribute", "An attribute, the learning rate, is another.", _hdf5(arrays, lr=0.01)
    )
    yield change(
        "hdf5-renamed",
        "A data set has another name.",
        _hdf5(arrays, edit=lambda file: file.move("layers/b2", "layers/bias2")),
    )
    yield change(
        "hdf5-nan", "One number became NaN.", _hdf5({**arrays, "w1": replaced(w1, (0, 0), np.nan)})
    )
    double = {**arrays, "w2": matrix(12, 3, 29, "float64")}
    yield planted(
        "hdf5-cast",
        "features.h5",
        _hdf5(double),
        _hdf5({**double, "w2": double["w2"].astype("float32")}),
        "float64 became float32 in one data set: half of the digits are gone.",
    )
