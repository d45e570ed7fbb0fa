"""Spread: how far unchanged replays differ among themselves."""

from __future__ import annotations

import math
import statistics

from auditor.model.audit import Audit, Item
from auditor.render.text import clip, count, number, one_line, plural, shown
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Head,
    Paragraph,
    Section,
    Table,
    bounded,
    mono,
    num,
)
from auditor.render.view.chart import figures
from auditor.render.view.same import all_replays
from auditor.render.view.words import item_name

__all__ = ["spread"]


_FEWEST = 2


def spread(audit: Audit, bounds: Bounds) -> Section:
    """Return how far unchanged replays differ among themselves, the noise behind a difference."""
    loose = [item for item in audit.items if _distinct(item) > 1 or _varies(item)]
    title = "Spread over the replays"
    words = Paragraph(text=_words(audit, sum(item.count for item in loose)))
    tables = _tables(loose, bounds) if len(audit.replays) >= _FEWEST else []
    return Section(id="spread", title=title, blocks=(words, *tables))


def _varies(item: Item) -> bool:
    # What stands for many files shows how many there are, not what each of them was
    return item.count > 1 and item.deterministic is False


def _words(audit: Audit, loose: int) -> str:
    replays = len(audit.replays)
    if audit.kind == "compare":
        return (
            "A comparison of two runs shows no spread: neither was repeated, so the difference "
            "between them may or may not be noise. A replay of each would tell."
        )
    if replays < _FEWEST:
        return (
            "Spread is what unchanged replays show among themselves. It needs at least two "
            f"completed replays; there {'is 1' if replays else 'is none'}. Nothing can be said "
            "about noise."
        )
    if not loose:
        return (
            f"{all_replays(replays)} agree on every compared item: no noise was seen. More "
            "replays could still show some."
        )
    vary = "varies" if loose == 1 else "vary"
    return (
        f"{plural(loose, 'item')} of {count(sum(item.count for item in audit.items))} {vary} "
        "from replay to replay, although nothing was changed."
    )


def _tables(loose: list[Item], bounds: Bounds) -> list[Block]:
    metrics = [item for item in loose if len(figures(item)) == len(item.replays) + 1]
    others = [item for item in loose if item not in metrics]
    blocks: list[Block] = [_noise(metrics, bounds)] if metrics else []
    return [*blocks, _contents(others, bounds)] if others else blocks


def _distinct(item: Item) -> int:
    return len({shown(value, 10_000) for value in item.replays})


def _noise(items: list[Item], bounds: Bounds) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for item in items[: bounds.rows]:
        values = figures(item)[1:]
        mean, deviation = _moments(values)
        cells = [num(number(value, 5)) for value in (min(values), max(values), mean)]
        rows.append((mono(one_line(item.name)), *cells, num(number(deviation, 2))))
    return Table(
        captioned=True,
        caption="Metrics that vary from replay to replay",
        heads=(
            Head(name="Metric", kind="mono", width=36),
            Head(name="Smallest", kind="num", width=16),
            Head(name="Largest", kind="num", width=16),
            Head(name="Mean", kind="num", width=16),
            Head(name="Standard deviation", kind="num", width=16),
        ),
        rows=tuple(rows),
        total=len(items),
    )


def _moments(values: tuple[float, ...]) -> tuple[float, float]:
    """Return mean and sample standard deviation; NaN where they exceed a float's range."""
    try:
        return statistics.fmean(values), statistics.stdev(values)
    except OverflowError:
        return math.nan, math.nan


def _contents(items: list[Item], bounds: Bounds) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            mono(clip(one_line(item_name(item)), 240)),
            num(count(_distinct(item))),
            num(count(len(item.replays))),
        )
        for item in items
    ]
    return Table(
        captioned=True,
        caption="Other items that vary from replay to replay",
        heads=(
            Head(name="Item", kind="mono", width=60),
            Head(name="Different contents", kind="num", width=22),
            Head(name="Replays", kind="num", width=18),
        ),
        rows=bounded(rows, bounds.rows),
        total=len(rows),
    )
