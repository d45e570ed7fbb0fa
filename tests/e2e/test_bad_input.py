"""Bad input: one clear line with a hint, the right status, nothing lost, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Project


@pytest.fixture
def recorded(project: Callable[[str], Project]) -> Project:
    """Return a project with one recorded run."""
    sample = project("hash-seed")
    assert sample.auditor("run", "--", "python", "vocabulary.py").returncode == 0
    return sample


def refused(result: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    """Check what a person sees: one line, a hint, no traceback, and the status a job sees."""
    assert result.returncode == status, result.stderr
    line, hint, *rest = result.stderr.splitlines()
    assert line.startswith("auditor: ")
    assert hint.startswith("  hint: ")
    assert rest == []
    assert result.stdout == ""
    for word in words:
        assert word in line


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below; the index can be rebuilt, and is never the truth."""
    found = (path for path in folder.rglob("*") if path.is_file() and "index" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture
def untouched(recorded: Project) -> Iterator[Project]:
    """Return the project, and check afterwards that nothing in it was lost or added."""
    before = tree(recorded.folder)
    yield recorded
    assert tree(recorded.folder) == before


def fingerprint_file(recorded: Project) -> Path:
    (path,) = (recorded.folder / ".auditor" / "fingerprints").glob("*.json")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("command", ["show", "replay", "pack"])
def test_no_such_fingerprint(untouched: Project, command: str) -> None:
    options = ("-o", "x.zip") if command == "pack" else ()
    refused(untouched.auditor(command, "nowhere", *options), 2, "nowhere")


def test_nothing_recorded_yet(empty: Project) -> None:
    refused(empty.auditor("replay", "latest"), 2, "latest")
    assert tree(empty.folder) == {}


@pytest.mark.slow
def test_an_ambiguous_id(recorded: Project) -> None:
    file = fingerprint_file(recorded)
    shutil.copy(file, file.with_name(file.name[:10] + "0" * 54 + ".json"))
    refused(recorded.auditor("replay", file.name[:6]), 2, "ambiguous")


@pytest.mark.slow
def test_a_truncated_fingerprint(untouched: Project, tmp_path: Path) -> None:
    file = tmp_path / "truncated.json"
    data = fingerprint_file(untouched).read_bytes()
    file.write_bytes(data[: len(data) // 2])
    refused(untouched.auditor("replay", str(file)), 2, "truncated.json")


@pytest.mark.slow
def test_a_fingerprint_truncated_in_the_store(recorded: Project) -> None:
    file = fingerprint_file(recorded)
    file.write_bytes(file.read_bytes()[:1000])
    result = recorded.auditor("replay", "latest")
    refused(result, result.returncode)
    assert result.returncode in {2, 5}


@pytest.mark.slow
def test_a_fingerprint_that_was_edited(recorded: Project) -> None:
    file = fingerprint_file(recorded)
    file.write_bytes(file.read_bytes().replace(b"vocabulary.py", b"vocabularx.py"))
    refused(recorded.auditor("replay", "latest"), 5, "changed")


@pytest.mark.slow
def test_a_fingerprint_of_a_newer_schema(untouched: Project, tmp_path: Path) -> None:
    file = tmp_path / "newer.json"
    document = json.loads(fingerprint_file(untouched).read_bytes())
    file.write_text(json.dumps(document | {"schema": "auditor.fingerprint/99"}))
    refused(untouched.auditor("replay", str(file)), 2, "newer")


@pytest.mark.slow
@pytest.mark.parametrize("member", ["../outside", "/tmp/outside", "objects/../../outside"])
def test_a_bundle_whose_member_leaves_its_folder(
    untouched: Project, tmp_path: Path, member: str
) -> None:
    bundle = tmp_path / "hostile.zip"
    with zipfile.ZipFile(bundle, "w") as file:
        file.writestr("fingerprint.json", fingerprint_file(untouched).read_bytes())
        file.writestr(member, b"gotcha")
    refused(untouched.auditor("replay", str(bundle)), 2)
    assert not (tmp_path / "outside").exists()
    assert not Path("/tmp/outside").exists()


@pytest.mark.parametrize("name", ["no-such-command", "./no-such-command"])
def test_a_command_that_is_not_there(empty: Project, name: str) -> None:
    refused(empty.auditor("run", "--", name), 2, name, "not found")


def test_an_option_that_is_not_there(empty: Project) -> None:
    refused(empty.auditor("replay", "--no-such-option"), 2, "--no-such-option")


@pytest.mark.slow
def test_no_engine(recorded: Project) -> None:
    result = recorded.auditor("replay", "latest", env={"DOCKER_HOST": "tcp://127.0.0.1:9"})
    assert result.returncode == 3
    assert "no container engine answers" in result.stderr
    assert "hint: " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_no_engine_still_gives_a_report(recorded: Project) -> None:
    arguments = ("replay", "latest", "--report", "audit.json")
    result = recorded.auditor(*arguments, env={"DOCKER_HOST": "tcp://127.0.0.1:9"})
    assert result.returncode == 3
    audit = json.loads((recorded.folder / "audit.json").read_text())
    assert audit["verdict"] == "not-replayed"
    assert "engine" in audit["reason"]


@pytest.mark.slow
def test_a_full_disk(recorded: Project) -> None:
    # A file system of 1 MiB for the store, in a mount namespace of its own.
    script = recorded.folder / "large.py"
    script.write_text("open('large.bin', 'wb').write(bytes(8 * 1024 * 1024))\n")
    shutil.rmtree(recorded.folder / ".auditor")
    (recorded.folder / ".auditor").mkdir()
    lines = (
        "mount -t tmpfs -o size=1m none .auditor && "
        f"{{ {sys.executable} -m auditor run -- python large.py; status=$?; "
        "find .auditor -type f -name '.partial*'; exit $status; }"
    )
    namespace = ["--mount"] if os.geteuid() == 0 else ["--map-root-user", "--mount"]
    result = subprocess.run(
        ["unshare", *namespace, "sh", "-c", lines], check=False, **recorded.settings(timeout=120)
    )
    refused(result, 74, "not recorded")
    assert (recorded.folder / "large.bin").stat().st_size == 8 * 1024 * 1024
