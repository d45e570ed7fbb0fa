"""Several replays' values in one cell: once where they agree, one line each where they do not."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["agreed", "all_replays"]

_LINES = 5


def all_replays(replays: int) -> str:
    """Return what several replays together are called."""
    return "Both replays" if replays == 2 else f"All {replays} replays"  # noqa: PLR2004 - both


def agreed(names: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    """Return one line where all ``values`` are equal, else a line for each, with its name."""
    if not values:
        return ("—",)
    if len(set(values)) == 1:
        return (values[0],)
    lines = [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
    left = len(lines) - _LINES
    return (*lines[:_LINES], f"and {left} more") if left > 0 else tuple(lines)
