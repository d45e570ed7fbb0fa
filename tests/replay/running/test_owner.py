from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from auditor.replay.running.owner import MARK, PREFIX, is_orphan, owner, remove_folders

GONE = f"{socket.gethostname()}:{os.getpid()}:1"


def test_only_what_a_process_of_this_machine_left_is_an_orphan() -> None:
    assert not is_orphan(owner())
    assert is_orphan(GONE)
    assert is_orphan(f"{socket.gethostname()}:999999999:1")
    assert not is_orphan(f"elsewhere:{os.getpid()}:1")
    assert not is_orphan("nonsense")


def test_removes_abandoned_folders_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, mark in (("abandoned", GONE), ("used", owner()), ("unmarked", None)):
        folder = tmp_path / f"{PREFIX}{name}"
        folder.mkdir()
        if mark is not None:
            (folder / MARK).write_text(mark)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / MARK).write_text(GONE)
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    assert remove_folders() == 1
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{PREFIX}used", f"{PREFIX}unmarked", f"{PREFIX}link", "elsewhere"}
    assert (elsewhere / MARK).exists()
    monkeypatch.setattr(os, "geteuid", lambda: -1)
    (tmp_path / f"{PREFIX}used" / MARK).write_text(GONE)
    assert remove_folders() == 0
