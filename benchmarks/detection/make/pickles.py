"""Pickles of plain values."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from content import CLASSES, matrix, metrics, nudged
from pair import Pair, harmless, planted

__all__ = ["pairs"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _values_harmless()
    yield from _values_planted()


def _values() -> dict[str, Any]:
    return {
        "metrics": metrics(),
        "weights": matrix(6, 4, 75),
        "classes": list(CLASSES),
        "seen": {"cat", "dog", "horse", "cow"},
        "best": (3, 0.95),
    }


_SETS = """
import pickle, sys
words = ["cat", "dog", "horse", "cow", "hen", "pig", "goat"]
sys.stdout.buffer.write(pickle.dumps({"vocabulary": set(words), "frozen": frozenset(words[:4])}))
"""


def _hashed(seed: str) -> bytes:
    """Return the pickle of sets from a process with that hash seed."""
    command = [sys.executable, "-c", _SETS]
    return subprocess.run(
        command, env={"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True
    ).stdout


def _values_harmless() -> Iterator[Pair]:
    yield harmless(
        "pickle-protocol",
        "results.pkl",
        pickle.dumps(_values(), 2),
        pickle.dumps(_values(), 5),
        "The same values, pickled with another protocol.",
    )
    yield harmless(
        "pickle-set-order",
        "vocabulary.pkl",
        _hashed("1"),
        _hashed("2"),
        "Sets were pickled in the order of another hash seed.",
    )
    yield harmless(
        "pickle-shared-parts",
        "results.pkl",
        pickle.dumps([shared := ("cat", 0.9411), shared, ["dog"]]),
        pickle.dumps([("cat", 0.9411), ("cat", float("0.9411")), ["dog"]]),
        "Equal values are one object here and two there.",
    )
    yield harmless(
        "pickle-last-bit",
        "results.pkl",
        pickle.dumps(_values()),
        pickle.dumps({**_values(), "weights": nudged(matrix(6, 4, 75))}),
        "An array differs in the last bit of a float32.",
    )


def _values_planted() -> Iterator[Pair]:
    def change(name: str, why: str, **other: object) -> Pair:
        content = pickle.dumps({**_values(), **other})
        return planted(name, "results.pkl", pickle.dumps(_values()), content, why)

    yield change("pickle-number", "A number is another.", best=(3, 0.94))
    yield change("pickle-order", "A list has another order.", classes=["dog", "cat", "horse"])
    yield change("pickle-set-element", "A set has one element fewer.", seen={"cat", "dog", "horse"})
    yield change("pickle-array-missing", "An array is None.", weights=None)
    double = matrix(6, 4, 76, "float64")
    yield planted(
        "pickle-cast",
        "weights.pkl",
        pickle.dumps({"weights": double}),
        pickle.dumps({"weights": double.astype("float32")}),
        "float64 became float32: half of the digits are gone.",
    )
