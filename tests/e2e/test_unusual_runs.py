"""Runs that work in subfolders, move their inputs, write elsewhere, or cannot be started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Document, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def audit_of(project: Project, script: str, status: int = 0, *options: str) -> Document:
    (project.folder / "t.py").write_text(script)
    assert project.auditor("run", *options, "--", "python", "t.py").returncode == 0
    document: Document = project.json("replay", "latest", status=status)
    return document


def test_a_run_from_a_subfolder_of_the_project(empty: Project) -> None:
    (empty.folder / ".auditor").mkdir()
    inner = Project(empty.folder / "deep" / "er", empty.environment)
    inner.folder.mkdir(parents=True)
    write = 'import json; json.dump({"v": 1.5}, open("metrics.json", "w")); open("../x", "w")'
    audit = audit_of(inner, write, 0, "--metrics", "metrics.json", "--output", "../x")
    assert audit["verdict"] == "identical"
    names = {item["name"] for item in audit["items"]}
    assert {"deep/er/metrics.json", "deep/er/metrics.json#/v", "deep/x"} <= names
    assert not any("er/deep" in name for name in names)


def test_names_that_are_no_text(empty: Project) -> None:
    audit = audit_of(empty, r'open(b"n\xff.bin", "wb").write(b"1")')
    names = {item["name"] for item in audit["items"] if item["kind"] == "file"}
    assert names == {r"n\xff.bin"}
    assert audit["verdict"] == "identical"


def test_inputs_that_the_run_removes_and_moves(empty: Project) -> None:
    for name in ("data.csv", "b.txt"):
        (empty.folder / name).write_text(name)
    script = """
import os
text = open("data.csv").read()
os.remove("data.csv")
os.rename("b.txt", "c.txt")
open("o.txt", "w").write(text)
"""
    assert audit_of(empty, script)["verdict"] == "identical"


def test_what_is_written_outside_the_project_is_not_passed_in_silence(
    empty: Project, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    audit = audit_of(empty, f'open({str(outside)!r}, "w").write("x")', 3)
    told = {entry["subject"]: entry["reason"] for entry in audit["unverified"]}
    assert "outside the project" in told[f"file:{outside}"]
    assert "may not write outside the project" in audit["reason"] or "missing" in audit["reason"]


def test_a_command_that_the_image_cannot_start_is_not_blamed(empty: Project) -> None:
    script = empty.folder / "train.sh"
    script.write_text("#!/bin/sh\necho done\n")
    script.chmod(0o755)
    assert empty.auditor("run", "--trace", "python", "--", "./train.sh").returncode == 0
    audit = empty.json("replay", "latest", status=3)
    assert "cannot run ./train.sh" in audit["reason"]


def test_an_environment_inside_the_project_is_no_source(empty: Project) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=empty.folder, check=True
    )
    (empty.folder / ".auditor").mkdir()
    (empty.folder / "t.py").write_text('open("o.txt", "w").write("x")')
    assert empty.auditor("run", "--", ".venv/bin/python", "t.py").returncode == 0
    files = empty.fingerprint()["recipe"]["source"]["files"]["value"]["files"]
    assert [file["path"] for file in files] == ["t.py"]
    audit = empty.json("replay", "latest")
    assert audit["verdict"] == "identical"
    assert not any(one["subject"].startswith("source:") for one in audit["divergences"])
