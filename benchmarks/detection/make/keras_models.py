"""Keras: whole models in .keras and .h5, weights alone."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from archives import rezipped
from content import nudged, samples
from pair import Pair, harmless, planted

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read when keras is imported
import keras

__all__ = ["pairs"]

Edit = Callable[[list[np.ndarray]], object]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _keras_harmless()
    yield from _keras_planted()
    yield from _hdf5()


def _model(activation: str = "relu", rate: float = 0.01) -> keras.Model:
    """Return a small classifier after two epochs of training."""
    keras.utils.set_random_seed(61)
    keras.backend.clear_session()
    layers = [
        keras.Input((4,), name="features"),
        keras.layers.Dense(8, activation=activation, name="hidden"),
        keras.layers.Dense(3, activation="softmax", name="head"),
    ]
    model = keras.Sequential(layers, name="animals")
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(*samples(60, 4, 62), epochs=2, verbose=0)
    return model


def _saved(model: keras.Model, name: str = "model.keras", edit: Edit | None = None) -> bytes:
    if edit:
        weights = model.get_weights()
        edit(weights)
        model.set_weights(weights)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        (model.save_weights if name.endswith(".weights.h5") else model.save)(place)
        return place.read_bytes()


def _add(layer: int, place: tuple[int, ...], step: float) -> Edit:
    def edit(weights: list[np.ndarray]) -> None:
        weights[layer][place] += step

    return edit


def _zero(weights: list[np.ndarray]) -> None:
    weights[3][:] = 0


def _noise(weights: list[np.ndarray]) -> None:
    weights[:] = [nudged(one) for one in weights]


def _swap(weights: list[np.ndarray]) -> None:
    weights[2], weights[3] = weights[2][:, [1, 0, 2]], weights[3][[1, 0, 2]]


def _keras_harmless() -> Iterator[Pair]:
    model = _model()
    plain = _saved(model)
    time.sleep(2.1)  # the metadata count seconds, ZIP counts pairs of them
    yield harmless(
        "keras-saved-again",
        "model.keras",
        plain,
        _saved(model),
        "The same model saved some seconds later.",
    )
    yield harmless(
        "keras-compressed",
        "model.keras",
        plain,
        rezipped(plain, level=9),
        "The same parts, compressed.",
    )
    yield harmless(
        "keras-last-bit",
        "model.keras",
        plain,
        _saved(_model(), edit=_noise),
        "Weights differ in the last bit of a float32.",
    )


def _keras_planted() -> Iterator[Pair]:
    plain = _saved(_model())

    def change(name: str, why: str, other: bytes) -> Pair:
        return planted(name, "model.keras", plain, other, why)

    yield change(
        "keras-one-weight",
        "One weight is 0.001 higher.",
        _saved(_model(), edit=_add(0, (2, 5), 1e-3)),
    )
    yield change("keras-activation", "A layer has another activation.", _saved(_tanh()))
    yield change(
        "keras-learning-rate", "The optimizer has another learning rate.", _saved(_slower())
    )
    yield change(
        "keras-classes-swapped",
        "Two classes have each other's weights.",
        _saved(_model(), edit=_swap),
    )


def _tanh() -> keras.Model:
    model = _model()
    model.layers[0].activation = keras.activations.tanh
    return model


def _slower() -> keras.Model:
    model = _model()
    model.optimizer.learning_rate = 0.005
    return model


def _hdf5() -> Iterator[Pair]:
    weights, whole = "model.weights.h5", "model.h5"
    plain, plain_whole = _saved(_model(), weights), _saved(_model(), whole)
    yield harmless(
        "keras-weights-last-bit",
        weights,
        plain,
        _saved(_model(), weights, _noise),
        "Weights differ in the last bit of a float32.",
    )
    yield planted(
        "keras-weights-zero",
        weights,
        plain,
        _saved(_model(), weights, _zero),
        "A small bias is zero throughout.",
    )
    yield planted(
        "keras-h5-one-weight",
        whole,
        plain_whole,
        _saved(_model(), whole, _add(2, (6, 1), 1e-3)),
        "One weight is 0.001 higher.",
    )
    yield planted(
        "keras-h5-activation",
        whole,
        plain_whole,
        _saved(_tanh(), whole),
        "A layer has another activation.",
    )
