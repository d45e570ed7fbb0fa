"""Notebooks as commands; their execution itself needs packages that the tests do without."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.pipeline.notebook import command_of


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, status: int | None) -> None:
    """Make PATH a folder with a ``python`` that exits with ``status``, or with none at all."""
    folder.mkdir()
    if status is not None:
        python = folder / "python"
        python.write_text(f"#!/bin/sh\nexit {status}\n")
        python.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_other_commands_stay(tmp_path: Path) -> None:
    assert command_of(("python", "a.ipynb"), tmp_path) == ("python", "a.ipynb")


def test_a_notebook_is_executed_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path / "bin", monkeypatch, 0)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.b.ipynb").touch()
    argv = command_of(("sub/a.b.ipynb",), tmp_path)
    assert argv[:3] == ("python", "-m", "nbconvert")
    assert argv[-2:] == ("a.b.executed.ipynb", "sub/a.b.ipynb")


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (("a.ipynb", "x"), 0, "takes no arguments"),
        (("b.ipynb",), 0, "there is no notebook"),
        (("a.ipynb",), 1, "has no nbconvert"),
        (("a.ipynb",), None, "no python on PATH"),
    ],
)
def test_what_cannot_be_executed(
    argv: tuple[str, ...],
    status: int | None,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programs(tmp_path / "bin", monkeypatch, status)
    (tmp_path / "a.ipynb").touch()
    with pytest.raises(InputError, match=message):
        command_of(argv, tmp_path)
