"""What a program may say of itself while it is observed; it is ``import auditor`` there.

The observer provides this file under the name ``auditor`` in every Python process of a run, after
all else that could have that name; the installed package offers the same functions. Where nobody
observes, nothing is recorded and nothing else changes: ``seed_everything`` seeds in any case, for
a program must not depend on who looks.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any, Union

    Path = Union[str, "PathLike[str]"]

__all__ = ["input", "metric", "output", "param", "seed_everything"]

_LISTENER = "_auditor_recorder.observer.said"
_NUMPY_SEEDS = 1 << 32


def metric(name: str, value: float) -> None:
    """Record a scalar result by its name; the last value counts.

    Raises ``TypeError`` or ``ValueError`` for a value that is no number, observed or not.
    """
    number = _number(value)
    _tell("metric", str(name), number)


def param(name: str, value: Any) -> None:
    """Record a parameter that was in effect; the last value counts."""
    _tell("param", str(name), value)


def input(path: Path) -> None:  # noqa: A001 - its name beside output
    """Record a file, or all files below a folder, as an input, before it is read."""
    _tell("declared", "input", path)


def output(path: Path) -> None:
    """Record a file, or all files below a folder, as an output; it is hashed when the run ends."""
    _tell("declared", "output", path)


def seed_everything(seed: int) -> int:
    """Seed ``random``, and NumPy, torch and TensorFlow if the program has imported them.

    Returns the seed. ``PYTHONHASHSEED`` cannot be changed in a process that runs.
    """
    import random

    seed = int(seed)
    _tell("seed", "seed_everything", seed)
    random.seed(seed)
    for name, function, most in (
        ("numpy.random", "seed", _NUMPY_SEEDS),
        ("torch", "manual_seed", 0),
        ("tensorflow.random", "set_seed", 0),
    ):
        module = _imported(name)
        if module is not None:
            getattr(module, function)(seed % most if most else seed)
    return seed


def _tell(kind: str, *said: Any) -> None:
    listener = getattr(sys.modules.get(_LISTENER), "listener", None)
    if listener is not None:
        listener.hear(kind, said, sys._getframe(2))  # noqa: SLF001 - the call site


def _number(value: Any) -> Union[int, float]:
    """Return an integer as it is, and all else that is one number as a float."""
    if hasattr(value, "item"):  # a NumPy scalar, a tensor of one element
        value = value.item()
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return float(value)


def _imported(name: str) -> Any:
    """Return what ``name`` leads to where its package is in memory; nothing is imported for it."""
    package, _dot, attribute = name.partition(".")
    module = sys.modules.get(package)
    return getattr(module, attribute, None) if attribute else module
