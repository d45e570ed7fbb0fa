from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.locking import Target

TARGET = Target(
    implementation="cpython",
    version="3.11.7",
    soabi="cpython-311-x86_64-linux-gnu",
    platform="linux-x86_64",
    libc="glibc 2.36",
)


@pytest.fixture
def target() -> Target:
    return TARGET


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Return a function that puts a file into the only index there is, and returns its digest."""
    folder = tmp_path / "links"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)

    def put(name: str) -> str:
        (folder / name).write_bytes(name.encode())
        return "sha256:" + hashlib.sha256(name.encode()).hexdigest()

    return put
