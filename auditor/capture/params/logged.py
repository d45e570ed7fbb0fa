"""What the run logged of itself, to whatever tracker.

Its metrics stay in the record, and are no metrics of the outcome: a loss by step and batch, or a
speed, is logged for the eye, and what counts is what the run was asked for or left behind. They are
shown, and change no verdict.
"""

from __future__ import annotations

from auditor import redaction
from auditor.capture.events import TrackedEvent
from auditor.capture.folder import Folder
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Tracked

__all__ = ["logged", "tracked"]

_SOURCE = "patched trackers"
_MOST = 2000
_CALLS = {
    "mlflow": "mlflow.log_param",
    "wandb": "wandb.config",
    "tensorboard": "SummaryWriter.add_hparams",
}


def tracked(folder: Folder, nobody: str) -> Fact[tuple[Tracked, ...]]:
    """Return each parameter and metric with its last value; ``nobody``: why nothing was seen."""
    if not folder.processes:
        return unknown(nobody, _SOURCE)
    last: dict[tuple[str, str, str], TrackedEvent] = {}
    events = (event for log in folder.processes for event in log.events)
    for event in sorted((e for e in events if isinstance(e, TrackedEvent)), key=lambda e: e.time):
        key = (event.system, event.kind, event.name)
        if key in last or len(last) < _MOST:
            last[key] = event
    shown = tuple(_shown(event) for event in last.values())
    return recorded(shown, _SOURCE, "" if shown else "nothing was logged")


def logged(seen: tuple[Tracked, ...]) -> dict[str, Fact[str]]:
    """Return the parameters by name."""
    return {
        one.name: recorded(one.value, _CALLS.get(one.system, one.system))
        for one in seen
        if one.kind == "param"
    }


def _shown(event: TrackedEvent) -> Tracked:
    ((name, value),) = redaction.masked_values({event.name: event.value})[0].items()
    return Tracked(system=event.system, kind=event.kind, name=name, value=value, count=event.count)
