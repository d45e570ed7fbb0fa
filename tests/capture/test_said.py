"""From what a program told to metrics, parameters and declarations."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from auditor.capture.folder import Folder, load
from auditor.capture.said import declarations, metrics, params

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.slow


def told(project: Project, *events: dict[str, Any]) -> Folder:
    """Return a run's folder, with events added to those of its process."""
    folder = project.python("pass", trace="python")
    journal = next(
        path for path in (folder / "events").glob("*.jsonl") if b'"start"' in path.read_bytes()
    )
    lines = [json.dumps({"site": "", **event}) + "\n" for event in events]
    journal.write_text(journal.read_text() + "".join(lines))
    return load(folder)


def test_the_last_word_counts_by_time(project: Project) -> None:
    later = {"event": "metric", "name": "acc", "value": "-inf", "type": "float", "time": 9}
    folder = told(project, later, {**later, "value": "1.0", "time": 3})
    fact = metrics(folder)
    assert fact is not None
    assert [metric.value for metric in fact.value or ()] == [-math.inf]


def test_nobody_who_told_nothing_has_metrics(project: Project) -> None:
    folder = told(project)
    assert metrics(folder) is None
    assert params(folder) == {}
    assert declarations(folder, "input") == {}


def test_lies_are_no_metrics(project: Project) -> None:
    lie = {"event": "metric", "name": "acc", "value": "high", "type": "float", "time": 9}
    strange = {"event": "metric", "name": "acc", "value": 1, "type": "complex", "time": 9}
    folder = told(project, lie, strange)
    assert metrics(folder) is None
    assert folder.bad == 1


def test_inputs_and_outputs_are_apart(project: Project) -> None:
    event = {"event": "declared", "name": "/a", "kind": "input", "stat": None, "time": 1}
    folder = told(project, event, {**event, "name": "/b", "kind": "output"})
    assert list(declarations(folder, "input")) == ["/a"]
    assert list(declarations(folder, "output")) == ["/b"]
