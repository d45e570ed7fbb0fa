from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.cli import group
from auditor.cli.failure import guarded
from tests.pipeline.conftest import original, project, recorded_once, store

__all__ = ["original", "project", "recorded_once", "store"]

Auditor = Callable[..., int]


@pytest.fixture
def auditor(project: Path, monkeypatch: pytest.MonkeyPatch) -> Auditor:
    """Call the command line in a project with one recorded run; return its exit status."""
    monkeypatch.chdir(project)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return lambda *arguments: guarded(
        lambda: group.main(list(arguments), prog_name="auditor", standalone_mode=False)
    )
