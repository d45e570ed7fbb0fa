"""What the program said of itself: its metrics, parameters, inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeVar

from auditor.capture.events import DeclaredEvent, MetricEvent, ParamEvent
from auditor.capture.folder import Folder
from auditor.model.fact import Fact, recorded
from auditor.model.facts import Metric

__all__ = ["METRIC", "PARAM", "declarations", "metrics", "params"]

METRIC = "auditor.metric"
PARAM = "auditor.param"
_MOST = 10_000

T = TypeVar("T", MetricEvent, ParamEvent, DeclaredEvent)


def metrics(folder: Folder) -> Fact[tuple[Metric, ...]] | None:
    """Return the metrics by name, each as it was told last; ``None`` where none was told."""
    told = {event.name: event for event in _said(folder, MetricEvent)}
    found = [_metric(event) for _name, event in sorted(told.items())[:_MOST]]
    known = tuple(metric for metric in found if metric is not None)
    return recorded(known, METRIC) if known else None


def params(folder: Folder) -> dict[str, Fact[str]]:
    """Return the parameters by name, each as it was told last; secrets are not masked yet."""
    told = {event.name: event.value for event in _said(folder, ParamEvent)}
    return {name: recorded(value, PARAM) for name, value in sorted(told.items())[:_MOST]}


def declarations(folder: Folder, kind: Literal["input", "output"]) -> dict[str, DeclaredEvent]:
    """Return what was named as an input or an output by its path, as it was named first."""
    found: dict[str, DeclaredEvent] = {}
    for event in _said(folder, DeclaredEvent):
        if event.kind == kind:
            found.setdefault(event.name, event)
    return found


def _said(folder: Folder, kind: type[T]) -> Iterator[T]:
    """Yield the events of a kind in the order of time, over all processes."""
    events = (event for log in folder.processes for event in log.events)
    yield from sorted((e for e in events if isinstance(e, kind)), key=lambda event: event.time)


def _metric(event: MetricEvent) -> Metric | None:
    try:
        value = float(event.value)
    except ValueError:
        return None
    return Metric(name=event.name, value=value, type=event.type)
