"""Libraries that only some files need."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from auditor.compare.values.difference import Undecided

__all__ = ["library"]


def library(module: str, extra: str, what: str) -> ModuleType:
    """Import ``module``, or raise ``Undecided``: ``what`` needs it, ``extra`` installs it."""
    try:
        return import_module(module)
    except ImportError:
        hint = f"pip install 'auditor[{extra}]'"
        raise Undecided(f"{what} need {module}, which is not installed: {hint}") from None
