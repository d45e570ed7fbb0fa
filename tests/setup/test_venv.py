"""Environments are made once, and again only when what they are made from has changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Shell = Callable[[str], subprocess.CompletedProcess[str]]

ENSURE = (
    f"export PYTHON={sys.executable}\nensure_venv env list.txt --no-index --requirement list.txt"
)
# What would take a minute is only noted: the making of an environment, and each installation.
NOTE = """
make_venv() {
    echo made >>log
    mkdir -p "$1/bin"
    printf '#!/bin/sh\\necho "$*" >>log\\n' >"$1/bin/python"
    chmod +x "$1/bin/python"
}
"""


def log(folder: Path) -> list[str]:
    lines = (folder / "log").read_text().splitlines()
    (folder / "log").write_text("")
    return [line for line in lines if line.strip() != "-c"]


@pytest.fixture
def folder(tmp_path: Path, shell: Shell) -> Path:
    (tmp_path / "list.txt").write_text("numpy==1\n")
    assert shell(NOTE + ENSURE).returncode == 0
    made, pip, wanted = log(tmp_path)
    assert made == "made"
    assert "pip>=25.1" in pip
    assert wanted.endswith("--no-index --requirement list.txt")
    return tmp_path


def test_nothing_is_done_twice(folder: Path, shell: Shell) -> None:
    assert shell(NOTE + ENSURE).returncode == 0
    assert log(folder) == []


def test_a_changed_list_is_installed_into_the_same_environment(folder: Path, shell: Shell) -> None:
    (folder / "list.txt").write_text("numpy==2\n")
    assert shell(NOTE + ENSURE).returncode == 0
    assert "made" not in log(folder)


def test_a_moved_checkout_gets_a_new_environment(folder: Path, shell: Shell) -> None:
    (folder / "env/.place").write_text("elsewhere\n")
    assert shell(NOTE + ENSURE).returncode == 0
    assert log(folder)[0] == "made"


def test_an_interrupted_installation_is_taken_up_again(folder: Path, shell: Shell) -> None:
    (folder / "env/.stamp").unlink()
    assert shell(NOTE + ENSURE).returncode == 0
    assert len(log(folder)) == 2


def test_a_broken_environment_is_made_again(folder: Path, shell: Shell) -> None:
    (folder / "env/bin/python").unlink()
    assert shell(NOTE + ENSURE).returncode == 0
    assert log(folder)[0] == "made"


def test_a_python_that_is_too_old_or_missing_is_named(shell: Shell) -> None:
    result = shell("PYTHON=/nowhere/python3\nfind_python")
    assert result.returncode == 2
    assert "/nowhere/python3" in result.stderr
    assert "install" in result.stderr


def test_a_missing_ensurepip_is_installed_or_asked_for(
    shell: Shell, programs: Callable[[str, str], None]
) -> None:
    programs("python-without-venv", "exit 1")
    result = shell("can_install() { false; }\nmake_venv env python-without-venv")
    assert result.returncode == 2
    assert "apt-get install python3-venv" in result.stderr
