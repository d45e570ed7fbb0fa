from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest


@pytest.fixture(autouse=True)
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be old when they are hashed: the time of the inode cannot be set."""
    later = SimpleNamespace(time_ns=lambda: time.time_ns() + 3600 * 10**9)
    monkeypatch.setattr("auditor.hashing.many.time", later)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return three files in a folder of their own."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in (("a", b""), ("b", b"content"), ("c", os.urandom(300_000))):
        (folder / name).write_bytes(data)
    return sorted(folder.iterdir())
