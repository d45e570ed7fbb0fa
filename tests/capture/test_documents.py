"""What depends on single documents of the observation folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.capture import read

if TYPE_CHECKING:
    from conftest import Edit, Project

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(project: Project) -> Path:
    return project.python("import random; random.random(); open('x', 'w').close()")


def edit(path: Path, change: Edit) -> None:
    document: dict[str, Any] = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_zones(folder: Path) -> None:
    def no_zone(document: dict[str, Any]) -> None:
        document |= {"zone": "", "libc": ""}

    def default(document: dict[str, Any]) -> None:
        document |= {"zone": "UTC", "zone_source": "no /etc/localtime"}

    edit(folder / "start.json", no_zone)
    assert read(folder).zone.how == "unknown"
    assert read(folder).libc.how == "unknown"
    edit(folder / "start.json", default)
    assert read(folder).zone.how == "derived"


@pytest.mark.parametrize(("container", "how"), [(True, "unknown"), (False, "recorded")])
def test_containers(folder: Path, container: bool, how: str) -> None:  # noqa: FBT001 - parametrised
    edit(folder / "start.json", lambda document: document.update(container=container))
    image = read(folder).image
    assert (image.value, image.how) == (None, how)
    assert "container" in image.reason


def test_distributions_of_another_interpreter_are_not_taken(folder: Path) -> None:
    edit(folder / "inventory-1.json", lambda document: document.update(prefix="/other"))
    (folder / "inventory-2.json").write_text("{}")
    fact = read(folder).dependencies
    assert fact.how == "unknown"
    assert "did not list" in fact.reason


def test_distributions_that_make_no_sense_are_counted(folder: Path) -> None:
    origin = {"url": "https://me:pw@host/x", "kind": "vcs", "commit": "a", "digest": None}
    good = {
        "name": "a",
        "version": "1",
        "digest": None,
        "reason": "it has no RECORD",
        "installer": "",
        "requested": False,
        "origin": {**origin, "editable": False, "vcs": "git"},
    }
    edit(
        folder / "inventory-1.json",
        lambda document: document.update(distributions=[good, {}, {**good, "digest": "md5:1"}]),
    )
    fact = read(folder).dependencies
    (distribution,) = fact.value or ()
    assert distribution.origin is not None
    assert distribution.origin.url == "https://host/x"
    assert fact.reason == "2 distributions could not be described"


def test_a_tree_too_large_to_compare(folder: Path) -> None:
    edit(folder / "tree.json", lambda document: document.update(complete=False, changed=[]))
    seen = read(folder)
    assert seen.coverage.value is not None
    assert "too many files" in " ".join(seen.coverage.value.blind)
    assert [file.path for file in seen.outputs.value or ()] == ["x"]


def test_an_output_that_could_not_be_read(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "digests.jsonl").read_text().splitlines()]
    for row in rows:
        if row["when"] == "end" and row["path"].endswith("/x"):
            row |= {"digest": None, "reason": "changed while it was hashed"}
    (folder / "digests.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (file,) = read(folder).outputs.value or ()
    assert file.reason == "when the run ended it changed while it was hashed"


def test_an_input_that_nobody_hashed(project: Project) -> None:
    project.write("data", "1")
    folder = project.python("open('data').read()")
    (folder / "digests.jsonl").unlink()
    (file,) = read(folder).inputs.value or ()
    assert file.reason == "was not hashed before the recorder ended"


def test_lost_events_are_told(folder: Path) -> None:
    (path,) = (folder / "events").glob("[0-9]*.jsonl")
    path.write_text(path.read_text().replace('"lost":0', '"lost":2'))
    seen = read(folder)
    assert seen.coverage.value is not None
    assert "2 event(s) could not be recorded" in seen.coverage.value.blind


def test_the_command_is_the_callers(folder: Path) -> None:
    edit(folder / "request.json", lambda document: document.update(argv=["python", "x"]))
    command = read(folder).command.value
    assert command is not None
    assert command.argv == ("python", "x")


def test_the_numeric_process_of_several_is_asked(project: Project) -> None:
    seen = read(
        project.python(
            f"""
            import subprocess
            subprocess.run([{sys.executable!r}, "-c", "import numpy"], check=True)
            """
        )
    )
    assert seen.arithmetic.value is not None
    assert seen.arithmetic.value.libraries
    assert seen.processes.value is not None
    assert len(seen.processes.value) == 2
