"""Which distributions a run imported, and which indexes are set."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.capture import environment_of, read

if TYPE_CHECKING:
    from conftest import Project

    from auditor.model.facts import Distribution

FORK = """
import os, signal, sys
child = os.fork()
if not child:
    import idna
    os.kill(os.getpid(), {signal})
os.waitpid(child, 0)
import yaml
"""


def installed(project: Project, script: str) -> dict[str, Distribution]:
    fact = read(project.python(script, trace="python")).dependencies
    assert fact.value is not None
    return {one.name: one for one in fact.value}


def test_imported_and_only_installed(project: Project) -> None:
    project.write("click.py", "")  # the project's own module of that name is what is imported
    found = installed(project, "import yaml, click")
    assert found["pyyaml"].imported is True
    assert found["click"].imported is False
    assert found["msgspec"].imported is False


def test_a_child_imports_too(project: Project) -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import yaml'])"
    assert installed(project, script)["pyyaml"].imported is True


def test_a_process_that_a_signal_ended_did_not_tell(project: Project) -> None:
    found = installed(project, FORK.format(signal="signal.SIGKILL"))
    assert found["pyyaml"].imported is True
    assert found["msgspec"].imported is None


def test_an_editable_install_lies_elsewhere(project: Project, tmp_path: Path) -> None:
    folder = project.python("pass", trace="python")
    place = folder / "inventory-1.json"
    document = json.loads(place.read_bytes())
    row = dict(document["distributions"][0], name="mine", modules=["__editable___mine_finder"])
    url = f"file://{tmp_path}/my%20code"
    row["origin"] = {"url": url, "kind": "directory", "editable": True, "commit": None}
    place.write_text(json.dumps({**document, "distributions": [row]}))
    for home, imported in ((f"{tmp_path}/my code/src", True), (f"{tmp_path}/my codec", False)):
        for events in (folder / "events").glob("*.jsonl"):
            lines = [json.loads(line) for line in events.read_text().splitlines()]
            for line in lines:
                if line["event"] == "end":
                    line["modules"] = {home: ["mine"]}
            events.write_text("".join(json.dumps(line) + "\n" for line in lines))
        value = read(folder).dependencies.value
        assert value is not None
        assert value[0].imported is imported


def test_nobody_observed_what_a_run_imported() -> None:
    value = environment_of(Path(sys.executable)).dependencies.value
    assert value
    assert {one.imported for one in value} == {None}


def test_indexes_are_declared(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:hush@first/simple")
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    folder = project.python("pass", trace="python")
    fact = read(folder).indexes
    assert (fact.value, fact.how) == (("https://first/simple",), "declared")
    assert b"hush" not in b"".join(path.read_bytes() for path in folder.glob("*.json"))
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    fact = read(project.python("pass", trace="python")).indexes
    assert (fact.value, fact.reason) == ((), "none is set: PyPI is used")


def test_indexes_that_are_not_known(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no Python process" in read(project.run("true", trace="python")).indexes.reason
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_NO_CONFIG", "UV_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    project.write("uv.toml", "index = [")
    folder = project.python("pass", trace="python")
    fact = read(folder).indexes
    assert (fact.how, fact.reason.rpartition("/")[2]) == (
        "unknown",
        "uv.toml cannot be read: it is no TOML",
    )
    place = folder / "inventory-1.json"
    document = json.loads(place.read_bytes())
    del document["indexes"]
    place.write_text(json.dumps(document))
    assert "did not tell which indexes" in read(folder).indexes.reason
