"""Answers one question: does this result reproduce, and if not, why.

``run`` observes a command. The other functions are for the program that is observed, which has
them as ``import auditor`` whether this package is installed there or not; see ``docs/api.md``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.pipeline.called import run
    from auditor.recorder.shim import input, metric, output, param, seed_everything  # noqa: A004

__all__ = ["__version__", "input", "metric", "output", "param", "run", "seed_everything"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    if name not in __all__:
        raise AttributeError(f"module 'auditor' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - late: the version alone needs none of it

    place = "auditor.pipeline.called" if name == "run" else "auditor.recorder.shim"
    return getattr(import_module(place), name)
