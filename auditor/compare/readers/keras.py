"""What Keras writes into JSON of a model: its layers, and which of their parts are shared."""

from __future__ import annotations

from typing import Any

__all__ = ["numbered"]

_SHARED = "shared_object_id"


def numbered(config: Any) -> Any:  # noqa: ANN401 - JSON
    """Return ``config`` with shared objects numbered in the order in which they appear.

    Keras names them by where they lay in memory, which changes with every run.
    Raises ``RecursionError`` where it is nested too deeply.
    """
    return _numbered(config, {})


def _numbered(value: Any, known: dict[int, int]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_numbered(one, known) for one in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, one in value.items():
        if key == _SHARED and isinstance(one, int):
            result[key] = known.setdefault(one, len(known))
        else:
            result[key] = _numbered(one, known)
    return result
