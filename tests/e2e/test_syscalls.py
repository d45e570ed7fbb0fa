"""Runs whose system calls are watched, and replays of them in a container."""

from __future__ import annotations

import hashlib
import sys

import pytest

from tests.e2e.conftest import Project

pytestmark = pytest.mark.slow


def run_cat(project: Project) -> None:
    (project.folder / "data.txt").write_text("before\n")
    script = "cat data.txt > copy.txt; sed -i s/before/after/ data.txt"
    result = project.auditor("run", "--trace", "syscalls", "--", "sh", "-c", script)
    assert result.returncode == 0, result.stderr


def test_an_input_of_a_shell_has_the_digest_from_before(empty: Project) -> None:
    run_cat(empty)
    fingerprint = empty.json("show", "latest")
    files = fingerprint["recipe"]["inputs"]["value"]["files"]
    (data,) = [one for one in files if one["path"] == "data.txt"]
    assert data["digest"] == "sha256:" + hashlib.sha256(b"before\n").hexdigest()
    assert data["digest_at_end"] == "sha256:" + hashlib.sha256(b"after\n").hexdigest()
    coverage = fingerprint["record"]["coverage"]["value"]
    assert coverage["tracer"] == "python, ptrace, syscalls"
    assert not [line for line in coverage["blind"] if "what it read was not seen" in line]


@pytest.mark.docker
def test_its_replay_is_watched_too(empty: Project) -> None:
    run_cat(empty)
    audit = empty.json("replay", "latest", "--base", "host", "--times", "1")
    assert audit["verdict"] == "identical"
    coverage = audit["replays"][0]["record"]["coverage"]["value"]
    assert coverage["tracer"] == "python, ptrace, syscalls"


def test_where_it_cannot_be_had_nothing_is_started(empty: Project) -> None:
    inner = f"{sys.executable} -m auditor run --trace syscalls -- touch started"
    watched = ("run", "--trace", "syscalls", "--", "sh", "-c", f"{inner}; echo status $?")
    result = empty.auditor(*watched)
    assert "system calls cannot be watched here" in result.stderr
    assert "status 2" in result.stdout
    assert not (empty.folder / "started").exists()
