"""Runs that read their standard input: a replay reads the same."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Document, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

COUNT = """
import hashlib, os, sys

kind = "pipe" if sys.stdin.buffer.seekable() is False else "file"
data = sys.stdin.buffer.read()
print(kind, len(data), hashlib.sha256(data).hexdigest())
"""


def recorded(project: Project, script: str, text: str, shell: str) -> str:
    """Run ``script`` by a line of shell, where ``$RUN`` records and ``$TEXT`` names the text."""
    (project.folder / "t.py").write_text(script)
    (project.folder.parent / "text").write_text(text)
    run = f"{sys.executable} -m auditor run -- python t.py"
    settings = {"RUN": run, "TEXT": str(project.folder.parent / "text")}
    result = subprocess.run(
        ["bash", "-c", shell], check=False, timeout=100, **project.settings(env=settings)
    )
    assert result.returncode == 0, result.stderr
    return str(result.stdout)


def replayed(project: Project) -> Document:
    document: Document = project.json("replay", "latest")
    assert document["verdict"] == "identical"
    return document


@pytest.mark.parametrize("shell", ["$RUN < $TEXT", "cat $TEXT | $RUN", "$RUN <<< hello"])
def test_what_was_read_is_read_again(empty: Project, shell: str) -> None:
    said = recorded(empty, COUNT, "line\n" * 500_000, shell)
    stdin = empty.fingerprint()["recipe"]["stdin"]["value"]
    assert stdin["kept"]
    assert str(stdin["size"]) == said.split()[1]
    audit = replayed(empty)
    assert not any(entry["subject"] == "stdin" for entry in audit["unverified"])


def test_a_run_that_takes_a_part_leaves_the_rest(empty: Project) -> None:
    read = "import os; print(os.read(0, 2))"
    said = recorded(empty, read, "", "printf 'a\\nb\\nc\\n' | ($RUN; sleep 1; cat)")
    assert said == "b'a\\n'\nb\nc\n"
    stdin = empty.fingerprint()["recipe"]["stdin"]["value"]
    assert stdin["size"] == 2
    replayed(empty)


def test_a_loop_over_lines_goes_on(empty: Project) -> None:
    shell = "printf '1\\n2\\n3\\n' | while read n; do $RUN; done"
    assert recorded(empty, "print('run')", "", shell) == "run\n" * 3
    replayed(empty)


def test_part_of_an_endless_stream(empty: Project) -> None:
    read = "import sys; print(sys.stdin.buffer.raw.read(5))"
    assert recorded(empty, read, "", "yes | $RUN") == "b'y\\ny\\ny'\n"
    replayed(empty)


def test_more_than_is_kept_is_not_replayed(empty: Project) -> None:
    (empty.folder / "t.py").write_text(COUNT)
    result = empty.auditor("run", "--keep", "10", "--", "python", "t.py", input="x" * 11)
    assert result.returncode == 0
    audit = empty.json("replay", "latest", status=3)
    assert "stdin was not recorded" in audit["reason"]


def test_a_terminal_stays_the_command_s_own(empty: Project) -> None:
    (empty.folder / "t.py").write_text("import sys; print(sys.stdin.isatty(), input())")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "auditor", "run", "--", "python", "t.py"]
    with subprocess.Popen(command, **{**empty.settings(), "stdin": theirs}) as process:
        os.write(ours, b"typed\n")
        assert process.stdout is not None
        assert process.stdout.read() == "True typed\n"
    os.close(ours)
    os.close(theirs)
    audit = empty.json("replay", "latest", status=3)
    assert "terminal" in audit["reason"]


def test_a_run_that_reads_nothing(empty: Project, tmp_path: Path) -> None:
    (empty.folder / "t.py").write_text("print(1)")
    for stdin in ("$RUN < /dev/null", "$RUN < $TEXT", "sleep 0 | $RUN", "$RUN <&-"):
        recorded(empty, "print(1)", "text", stdin)
    replayed(empty)
    assert tmp_path.exists()
