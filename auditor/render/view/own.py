"""The original's own results, for a run that nothing could be compared with."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.render.text import number, one_line, short, size
from auditor.render.view.blocks import Block, Cell, Head, Table, mono, num

__all__ = ["own_results"]

_ROWS = 200


def own_results(audit: Audit) -> list[Block]:
    """Return the original's metrics and outputs."""
    return [*_metrics(audit), *_outputs(audit)]


def _metrics(audit: Audit) -> list[Table]:
    metrics = audit.original.outcome.metrics.value
    if not metrics:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (mono(one_line(metric.name)), num(number(metric.value))) for metric in metrics[:_ROWS]
    )
    heads = (
        Head(name="Metric", kind="mono", width=70),
        Head(name="Original", kind="num", width=30),
    )
    return [
        Table(
            captioned=True,
            caption="Metrics of the original",
            heads=heads,
            rows=rows,
            total=len(metrics),
        )
    ]


def _outputs(audit: Audit) -> list[Table]:
    manifest = audit.original.outcome.outputs.value
    if manifest is None or not manifest.count:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (mono(one_line(file.path)), num(size(file.size)), mono(short(file.digest)))
        for file in manifest.shown[:_ROWS]
    )
    heads = (
        Head(name="Output", kind="mono", width=60),
        Head(name="Size", kind="num", width=18),
        Head(name="SHA-256", kind="mono", width=22),
    )
    total = manifest.count
    return [
        Table(
            captioned=True, caption="Outputs of the original", heads=heads, rows=rows, total=total
        )
    ]
