from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from auditor.errors import InputError, MachineError
from auditor.locking import cache_folder, cached, place, staging, take_in
from auditor.locking.cache import load, save
from auditor.model.digest import digest_bytes
from auditor.model.plan import LockedWheel

WHEEL = LockedWheel(
    name="x", version="1", file="x-1-py3-none-any.whl", digest=digest_bytes(b"wheel")
)
KEY = digest_bytes(b"key")


def test_lies_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("AUDITOR_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "auditor"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "auditor"


def test_a_file_is_there_by_digest_and_a_damaged_one_is_not(tmp_path: Path) -> None:
    assert not cached(tmp_path, WHEEL)
    (tmp_path / "new").write_bytes(b"wheel")
    take_in(tmp_path, WHEEL, tmp_path / "new")
    assert cached(tmp_path, WHEEL)
    assert place(tmp_path, WHEEL).read_bytes() == b"wheel"
    place(tmp_path, WHEEL).write_bytes(b"tampered")
    assert not cached(tmp_path, WHEEL)
    assert not place(tmp_path, WHEEL).exists()


@pytest.mark.parametrize("name", ["../x.whl", "/etc/x.whl", ".x.whl", "a/b.whl", "x\0.whl"])
def test_a_lock_from_elsewhere_cannot_name_a_path(tmp_path: Path, name: str) -> None:
    hostile = LockedWheel(name="x", version="1", file=name, digest=WHEEL.digest)
    with pytest.raises(InputError, match="not a plain name"):
        place(tmp_path, hostile)


def test_what_is_kept_comes_back_and_what_is_broken_counts_as_none(tmp_path: Path) -> None:
    assert load(tmp_path, KEY, LockedWheel) is None
    save(tmp_path, KEY, WHEEL)
    (found,) = (tmp_path / "locks").iterdir()
    os.utime(found, (time.time() - 100, time.time() - 100))
    kept = load(tmp_path, KEY, LockedWheel)
    assert kept is not None
    assert kept[0] == WHEEL
    assert 99 < kept[1] < 200
    found.write_text("{")
    assert load(tmp_path, KEY, LockedWheel) is None


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(MachineError, match="cannot write to the cache"):
        save(blocked, KEY, WHEEL)
    with pytest.raises(MachineError, match="cannot write to the cache"):
        staging(blocked)
    with pytest.raises(MachineError, match="cannot write to the cache"):
        take_in(blocked, WHEEL, tmp_path / "nothing")
