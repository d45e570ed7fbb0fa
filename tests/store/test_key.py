"""The project's key is made once, for its owner alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auditor.errors import MachineError
from auditor.store import Store
from auditor.store.key import SIZE, key_at


def test_a_key_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    key = Store(tmp_path).key()
    assert len(key) == SIZE
    assert Store(tmp_path).key() == key
    assert stat.S_IMODE((tmp_path / ".auditor" / "key").stat().st_mode) == 0o600
    assert (tmp_path / ".auditor" / ".gitignore").read_bytes() == b"*\n"
    assert Store(tmp_path / "other").key() != key


def test_all_who_make_it_at_once_get_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(key_at, [tmp_path / "key"] * 32))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_key_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MachineError, match="cannot write"):
        key_at(tmp_path / "file" / "key")
