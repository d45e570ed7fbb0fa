"""What the files are about: one small classifier, its predictions, its training, its metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = [
    "CLASSES",
    "history",
    "layers",
    "matrix",
    "metrics",
    "nudged",
    "predictions",
    "replaced",
    "samples",
]

CLASSES = ("cat", "dog", "horse")


def matrix(rows: int, columns: int, seed: int, dtype: str = "float32") -> np.ndarray:
    """Return weights of shape (rows, columns), normally distributed, spread 0.5."""
    return np.random.default_rng(seed).normal(0, 0.5, (rows, columns)).astype(dtype)


def nudged(array: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the array with about half of its floats moved to a neighbouring float."""
    toward = np.random.default_rng(seed).choice([-1.0, 1.0], array.shape) * np.inf
    moved = np.nextafter(array, toward.astype(array.dtype))
    return np.where(np.random.default_rng(seed + 1).random(array.shape) < 0.5, moved, array)  # noqa: PLR2004 - a half


def samples(rows: int, features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features (rows, features), float64, and classes 0 to 2 that depend on them."""
    x = np.random.default_rng(seed).normal(size=(rows, features))
    return x, np.digitize(x[:, 0] + 0.5 * x[:, 1], [-0.5, 0.5])


def predictions(rows: int = 60, seed: int = 5) -> pd.DataFrame:
    """Return a table: id, truth, predicted (names of classes), score in 0.4 to 1."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(CLASSES, rows)
    wrong = rng.random(rows) < 0.15  # noqa: PLR2004 - the share that is wrong
    predicted = np.where(wrong, rng.choice(CLASSES, rows), truth)
    score = rng.uniform(0.4, 1, rows).round(6)
    ids = np.arange(1000, 1000 + rows)
    return pd.DataFrame({"id": ids, "truth": truth, "predicted": predicted, "score": score})


def history(epochs: int = 12, seed: int = 6) -> pd.DataFrame:
    """Return a table with one row an epoch: epoch, loss, accuracy, val_loss, val_accuracy."""
    rng = np.random.default_rng(seed)
    epoch = np.arange(1, epochs + 1)
    loss = (1.1 / epoch**0.7 + rng.uniform(0, 0.02, epochs)).round(6)
    accuracy = (1 - 0.5 / epoch**0.8 - rng.uniform(0, 0.01, epochs)).round(4)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "loss": loss,
            "accuracy": accuracy,
            "val_loss": (loss * 1.13).round(6),
            "val_accuracy": (accuracy - 0.012).round(4),
        }
    )


def metrics() -> dict[str, Any]:
    """Return metrics as a training script writes them."""
    return {
        "accuracy": 0.95,
        "loss": 0.1834271093,
        "f1": {"cat": 0.9411764705882353, "dog": 0.9583333333333334, "horse": 0.95},
        "confusion": [[32, 1, 1], [0, 46, 2], [1, 1, 38]],
        "epochs": 12,
    }


def layers() -> dict[str, np.ndarray]:
    """Return weights and biases of two layers, float32, by name."""
    return {
        "w1": matrix(16, 12, 25),
        "b1": matrix(1, 12, 26)[0],
        "w2": matrix(12, 3, 27),
        "b2": matrix(1, 3, 28)[0],
    }


def replaced(array: np.ndarray, place: tuple[int, ...], value: float) -> np.ndarray:
    """Return the array with another value at one place."""
    other = array.copy()
    other[place] = value
    assert not np.array_equal(other, array)
    return other
