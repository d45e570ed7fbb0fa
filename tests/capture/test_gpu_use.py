"""How far a run came with a GPU, over all of its processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.capture import read

if TYPE_CHECKING:
    from conftest import Project

FORKS = """
import os, sys
if os.fork() == 0:
    {end}
os.wait()
"""


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the last event of the first process that has one."""
    for path in sorted((folder / "events").glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        event = json.loads(lines[-1])
        if event["event"] == "end":
            change(event)
            path.write_bytes(b"\n".join([*lines[:-1], json.dumps(event).encode(), b""]))
            return
    raise AssertionError(folder)


def use(folder: Path) -> str | None:
    fact = read(folder).arithmetic
    assert fact.value is not None
    return fact.value.gpu


def test_the_furthest_of_all_processes_counts(project: Project) -> None:
    folder = project.python(FORKS.format(end="sys.exit(0)"))
    assert use(folder) == "unused"
    changed(folder, lambda event: event["arithmetic"].update(gpu="loaded"))
    assert use(folder) == "loaded"
    changed(folder, lambda event: event["arithmetic"].update(gpu="used"))
    assert use(folder) == "used"


@pytest.mark.parametrize("known", ["loaded", "unused"])
def test_a_process_that_did_not_tell_may_have_used_one(project: Project, known: str) -> None:
    folder = project.python(FORKS.format(end="os._exit(0)"))
    changed(folder, lambda event: event["arithmetic"].update(gpu=known))
    assert use(folder) is None
    changed(folder, lambda event: event["arithmetic"].update(gpu="used"))
    assert use(folder) == "used"


def test_what_was_not_recorded_is_not_known(project: Project) -> None:
    folder = project.python("pass")
    changed(folder, lambda event: event["arithmetic"].pop("gpu"))
    assert use(folder) is None
