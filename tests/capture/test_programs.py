"""From what the tracer left to facts, of programs that are not Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.capture import read, with_packages
from auditor.model.fact import unknown

if TYPE_CHECKING:
    from conftest import Project


def test_programs_and_their_packages(project: Project) -> None:
    project.write("run.sh", "#!/bin/sh\nsort data --password=abc || true\n").chmod(0o755)
    seen = read(project.run("./run.sh"))
    assert [(process.executable, process.python) for process in seen.processes.value or ()] == [
        ("/bin/sh", False),
        ("/usr/bin/sort", False),
    ]
    assert "abc" not in repr(seen.processes)
    used = with_packages(seen.programs).value
    assert used is not None
    shell, sort = used.programs
    assert (shell.path, shell.file, shell.starts) == ("/bin/sh", os.path.realpath("/bin/sh"), 1)
    assert sort.package == "coreutils"
    assert all(library.digest and library.version for library in used.libraries)
    assert seen.coverage.value is not None
    assert seen.coverage.value.tracer == "python, ptrace"


def test_without_a_tracer(project: Project) -> None:
    seen = read(project.run("true", trace="python"))
    assert "--trace python" in seen.programs.reason
    assert seen.processes.how == "unknown"
    assert with_packages(unknown("x")) == unknown("x")


def test_a_torn_record_of_programs(project: Project) -> None:
    folder = project.run("true")
    Path(folder, "programs.json").write_text('{"programs": [{"path": "/bin/true"')
    assert "could not be followed" in read(folder).programs.reason
