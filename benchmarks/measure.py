"""Measure commands side by side: they take turns, so that both meet the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

__all__ = ["alternate", "difference", "table", "whole"]

Seconds = list[float]


def alternate(runs: int, **sides: Callable[[], object]) -> dict[str, Seconds]:
    """Return the seconds of each side's ``runs`` runs, after one of each that is not counted."""
    taken: dict[str, Seconds] = {name: [] for name in sides}
    for number in range(runs + 1):
        for name, call in sides.items():
            started = time.perf_counter()
            call()
            if number > 0:
                taken[name].append(time.perf_counter() - started)
    return taken


def table(title: str, taken: dict[str, Seconds]) -> str:
    """Return minimum, median and maximum of each side, in seconds, as a table of Markdown."""
    rows = [f"### {title}", "", "| side | min | median | max | runs |", "|---|---|---|---|---|"]
    for name, seconds in taken.items():
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        rows.append(f"| {name} | {low:.3f} | {middle:.3f} | {high:.3f} | {len(seconds)} |")
    return "\n".join(rows)


def difference(taken: dict[str, Seconds], bare: str, ours: str, limit: float) -> str:
    """Return what ``ours`` takes more than ``bare``, and whether it is within ``limit`` seconds."""
    base, measured = statistics.median(taken[bare]), statistics.median(taken[ours])
    more, ratio = measured - base, measured / base
    return f"\nmedian difference {more:.3f} s, ratio {ratio:.2f}: {_word(more, limit)} {limit} s\n"


def whole(taken: dict[str, Seconds], ours: str, limit: float) -> str:
    """Return what ``ours`` takes in all, and whether it is within ``limit`` seconds."""
    measured = statistics.median(taken[ours])
    return f"\nmedian {measured:.3f} s: {_word(measured, limit)} {limit} s\n"


def _word(seconds: float, limit: float) -> str:
    return "within the limit of" if seconds <= limit else "OVER the limit of"
