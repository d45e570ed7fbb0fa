"""Runs of programs that are not Python, replayed in a base that took them from this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Document, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def write(project: Project, name: str, text: str, *, executable: bool = False) -> Path:
    path = project.folder / name
    path.write_text(text)
    if executable:
        path.chmod(0o755)
    return path


def replayed(project: Project, *command: str, options: tuple[str, ...] = ()) -> Document:
    """Run a command and return the audit of one replay in the base of this host."""
    result = project.auditor("run", *options, "--", *command)
    assert result.returncode == 0, result.stderr
    audit: Document = project.json("replay", "latest", "--base", "host", "--times", "1")
    assert audit["verdict"] == "identical"
    return audit


def libraries_that_differ(audit: Document) -> list[str]:
    subjects = [one["subject"] for one in audit["divergences"]]
    return [subject for subject in subjects if subject.startswith("system.library:")]


def test_a_shell_pipeline_with_awk_and_sort(empty: Project) -> None:
    write(empty, "data.csv", "b,2\na,1\nc,3\n")
    script = """
    sort < data.csv | awk -F, '{ s += $2; print $1 } END { print s }' > out.txt
    cat out.txt
    """
    write(empty, "pipeline.sh", script)
    audit = replayed(empty, "sh", "pipeline.sh")
    assert {item["name"] for item in audit["items"]} >= {"out.txt", "stdout"}
    programs = audit["replays"][0]["record"]["programs"]["value"]["programs"]
    assert {Path(one["path"]).name for one in programs} == {"sh", "sort", "awk", "cat"}
    assert libraries_that_differ(audit) == []


def test_a_script_with_a_first_line_and_perl_with_modules(empty: Project) -> None:
    write(empty, "data.csv", "1\n2\n")
    perl = (
        'use List::Util "sum"; use JSON::PP; open F, "<", "data.csv"; print encode_json([sum <F>]);'
    )
    write(empty, "sum.pl", f"#!/usr/bin/env perl\n{perl}\n", executable=True)
    write(empty, "run.sh", "#!/bin/sh\n./sum.pl > sum.json\n", executable=True)
    audit = replayed(empty, "./run.sh")
    assert (empty.folder / "sum.json").read_text() == "[3]"
    source = audit["original"]["recipe"]["source"]["files"]["value"]["files"]
    assert [file["path"] for file in source] == ["run.sh", "sum.pl"]


def test_a_python_script_that_calls_git_and_a_shell(empty: Project) -> None:
    script = """
import os, subprocess
def git(*words):
    return subprocess.check_output(["git", *words], text=True)
git("init", "-q", "-b", "main", "made")
open("made/a.txt", "w").write("a")
git("-C", "made", "add", "a.txt")
open("tree.txt", "w").write(git("-C", "made", "write-tree"))
os.system("cat tree.txt | tr a-f A-F")
"""
    write(empty, "train.py", script)
    audit = replayed(empty, "python", "train.py")
    processes = audit["replays"][0]["record"]["processes"]["value"]
    called = {Path(one["executable"]).name for one in processes if not one["python"]}
    assert called == {"git", "sh", "cat", "tr"}


def test_a_compiled_child(empty: Project, tmp_path: Path) -> None:
    code = """
#include <math.h>
#include <stdio.h>
int main(void) { double x; FILE *f = fopen("x.txt", "r");
  if (!f || fscanf(f, "%lf", &x) != 1) return 1;
  printf("%.17g\\n", exp(x)); return 0; }
"""
    source = tmp_path / "child.c"
    source.write_text(code)
    built = ["gcc", "-O2", "-o", empty.folder / "child", source, "-lm"]
    subprocess.run(built, check=True)
    write(empty, "x.txt", "1.5\n")
    call = 'import subprocess; print(subprocess.check_output("./child"))'
    write(empty, "train.py", call)
    audit = replayed(empty, "python", "train.py")
    inputs = {
        file["path"]: file for file in audit["original"]["recipe"]["inputs"]["value"]["files"]
    }
    assert inputs["child"]["executable"]
    assert "x.txt" in inputs


def test_without_tracing_both_sides_see_python_alone(empty: Project) -> None:
    write(empty, "train.py", "print(1)")
    audit = replayed(empty, "python", "train.py", options=("--trace", "python"))
    for run in (audit["original"], *audit["replays"]):
        assert run["record"]["coverage"]["value"]["tracer"] == "python"
        assert "--trace python" in run["record"]["programs"]["reason"]
