from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.replay.running.owner import MARK, PREFIX, is_orphan
from auditor.replay.tree.removing import remove
from auditor.replay.tree.work import work_folder


def test_a_private_folder_that_is_gone_afterwards() -> None:
    with work_folder(3) as folder:
        assert folder.name.startswith(f"{PREFIX}3-")
        assert folder.stat().st_mode & 0o077 == 0
        assert not is_orphan((folder / MARK).read_text())
        (folder / "tree").mkdir()
    assert not folder.exists()


def test_it_goes_away_with_an_error_too() -> None:
    with pytest.raises(KeyboardInterrupt), work_folder(1) as folder:
        raise KeyboardInterrupt
    assert not folder.exists()


def test_no_folder_is_too_deep_or_too_closed_to_be_removed(tmp_path: Path) -> None:
    top = tmp_path / "work"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(1500):  # deeper than Python's stack, and than a path may be long
        os.mkdir("nested", dir_fd=here)
        below = os.open("nested", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (top / "closed").mkdir()
    (top / "closed" / "file").touch()
    (top / "closed").chmod(0)
    remove(top)
    assert not top.exists()
