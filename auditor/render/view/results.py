"""Results side by side: metrics, files, streams and exit status."""

from __future__ import annotations

from auditor.model.audit import Audit, Item, Levels
from auditor.render.text import apart, clip, number, one_line, shown
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Head,
    Heading,
    Paragraph,
    Section,
    Table,
    mono,
    num,
    text,
)
from auditor.render.view.chart import chart, figures
from auditor.render.view.closer import closer
from auditor.render.view.own import own_results
from auditor.render.view.same import agreed
from auditor.render.view.words import ITEM, item_name, sides

__all__ = ["results"]

_COLUMNS = 4
_VALUE = 40
_FIRST = ("diverged", "inconclusive", "consistent", "equivalent", "not-replayed", "identical")


def results(audit: Audit, bounds: Bounds) -> Section:
    """Return metrics, a picture of those that differ, and the other items with their levels."""
    metrics = _worst_first([item for item in audit.items if item.kind == "metric"])
    others = _worst_first([item for item in audit.items if item.kind != "metric"])
    blocks: list[Block] = []
    if metrics:
        blocks += [Heading(id="metrics", title="Metrics"), _metrics(audit, metrics, bounds)]
        picture = chart(audit)
        blocks += [picture] if picture else []
    if others:
        blocks += [Heading(id="outputs", title="Files, streams and status"), _LEVELS]
        blocks.append(_others(audit, others, bounds))
    blocks += closer(audit, bounds)
    if not audit.replays:
        blocks = [
            Paragraph(text="There is no second result to set beside the original's."),
            *own_results(audit),
        ]
    return Section(id="results", title="Results side by side", blocks=tuple(blocks))


_LEVELS = Paragraph(
    text="Same bytes, same values, same metrics and same decisions are four questions, answered "
    "apart. A dash: the question does not apply.",
    quiet=True,
)


def _worst_first(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: _FIRST.index(item.verdict))


def _metrics(audit: Audit, metrics: list[Item], bounds: Bounds) -> Table:
    original, names = sides(audit)
    columns = names if len(names) <= _COLUMNS else ("Replays",)
    rows = [_metric(item, names) for item in metrics[: bounds.rows]]
    width = min(12, 46 // (len(columns) + 1))
    return Table(
        caption="Metrics, original and replays"
        if audit.kind == "replay"
        else "Metrics of both runs",
        heads=(
            Head(name="Metric", kind="mono", width=72 - width * (len(columns) + 1)),
            Head(name=original, kind="num", width=width),
            *(Head(name=name, kind="num", width=width) for name in columns),
            Head(name="Difference", kind="num", width=13),
            Head(name="Verdict", width=15),
        ),
        rows=tuple(rows),
        total=len(metrics),
    )


def _metric(item: Item, names: tuple[str, ...]) -> tuple[Cell, ...]:
    original, *values = apart((item.original, *item.replays), _VALUE)
    values += ["—"] * (len(names) - len(values))
    cells = (
        [num(value) for value in values]
        if len(names) <= _COLUMNS
        else [num(*_range(item, names, values))]
    )
    return (
        mono(clip(one_line(item.name), 160)),
        num(original),
        *cells,
        num(_difference(item)),
        Cell(badge=ITEM[item.verdict]),
    )


def _range(item: Item, names: tuple[str, ...], values: list[str]) -> tuple[str, ...]:
    known = figures(item)[1:]
    if len(set(known)) > 1:
        return (f"{number(min(known))} …", number(max(known)))
    return agreed(names, values)


def _difference(item: Item) -> str:
    if item.magnitude is not None:
        return number(item.magnitude.max_abs, 3)
    known = figures(item)
    return number(max(abs(value - known[0]) for value in known[1:]), 3) if known[1:] else "—"


def _others(audit: Audit, items: list[Item], bounds: Bounds) -> Table:
    rows = [_other(audit, item) for item in items[: bounds.rows]]
    return Table(
        caption="Compared items, question by question",
        heads=(
            Head(name="Item", kind="mono", width=25),
            Head(name="Original", kind="mono", width=15),
            Head(name="Others" if audit.kind == "compare" else "Replays", kind="mono", width=18),
            Head(name="Bytes", width=14),
            Head(name="Values", width=14),
            Head(name="Verdict", width=14),
        ),
        rows=tuple(rows),
        total=len(items),
    )


def _other(audit: Audit, item: Item) -> tuple[Cell, ...]:
    _, names = sides(audit)
    values = [_content(value) for value in item.replays] or ["—"]
    if len(names) != len(values):
        names = tuple(f"Replay {n}" for n in range(1, len(values) + 1))
    note = _note(item)
    name = item_name(item)
    return (
        mono(clip(one_line(name), 240), *([note] if note else [])),
        mono(_content(item.original)),
        mono(*agreed([name.rpartition(" ")[2] for name in names], values)),
        _level(item.levels, "bytes"),
        _level(item.levels, "values"),
        Cell(badge=ITEM[item.verdict]),
    )


def _content(value: object) -> str:
    return shown(value, 60)


def _note(item: Item) -> str:
    words = [] if item.counted else ["not counted"]
    for name in ("metrics", "decisions"):
        verdict = getattr(item.levels, name)
        words += [f"{name}: {verdict}"] if verdict else []
    return "; ".join(words)


def _level(levels: Levels, name: str) -> Cell:
    verdict = getattr(levels, name)
    return Cell(badge=ITEM[verdict]) if verdict else text("—")
