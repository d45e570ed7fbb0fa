from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import sys
from typing import Any

import pytest

from auditor.model.digest import digest_bytes
from auditor.model.plan import Base, Lock, LockedWheel
from auditor.replay.environment.dockerfile import dockerfile, requirements_of


def run_of(text: str) -> list[str]:
    """Return the words of the one RUN, as a builder reads them: lines joined, then JSON."""
    step = text[text.index("\nRUN ") + 5 :].replace("\\\n", "")
    words: list[str] = json.loads(step)
    return words


def base(python: str) -> Base:
    return Base(kind="image", reference="python:3.11", reason="any", python=python)


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/opt/my  python/bin/python3.11"])
def test_one_step_without_a_shell_installs_compiles_and_dates(python: str) -> None:
    text = dockerfile(base(python))
    starts = [line.split()[0] for line in text.splitlines() if line[:1].isupper()]
    assert starts == ["FROM", "ARG", "LABEL", "USER", "COPY", "RUN"]
    assert all(len(line) < 110 for line in text.splitlines() if "-c" not in line)
    words = run_of(text)
    assert words[0] == python
    wanted = itertools.groupby(shlex.split(" ".join(words[5:])), ";".__ne__)
    venv, install, finish = (list(line) for part, line in wanted if part)
    assert venv == [python, "-I", "-B", "-m", "venv", "--without-pip", "/opt/auditor/env"]
    assert {"--no-index", "--require-hashes", "--no-deps"} <= set(install)
    compile(finish[4], "finish", "exec")


def test_the_lines_of_the_step_run_until_one_fails(tmp_path: Any) -> None:
    driver = run_of(dockerfile(base(sys.executable)))[:5]
    python = shlex.quote(sys.executable)
    lines = [
        f"{python} -c \"open('first',",
        "'w')\" ;",
        f"{python} -c 'import sys; sys.exit(3)' ;",
        f"{python} -c \"open('never', 'w')\" ;",
    ]
    assert subprocess.run([*driver, *lines], cwd=tmp_path, check=False).returncode == 1
    assert subprocess.run([*driver, *lines[:2]], cwd=tmp_path, check=False).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_exactly_the_chosen_files_are_required() -> None:
    one, two = digest_bytes(b"1"), digest_bytes(b"2")
    wheels = (
        LockedWheel(name="numpy", version="2.0", file="numpy-2.0-py3-none-any.whl", digest=one),
        LockedWheel(name="old", version="1", file="old-1.tar.gz", digest=two),
    )
    lock = Lock(requirements="", wheels=wheels)
    assert requirements_of(lock) == f"numpy==2.0 \\\n    --hash={one}\n"
    assert requirements_of(Lock(requirements="")).startswith("#")
