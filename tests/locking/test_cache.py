from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from auditor.errors import InputError, MachineError
from auditor.locking import cache_folder, cached, place, take_in
from auditor.locking.cache import load_lock, save_lock
from auditor.model.digest import digest_bytes
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Lock, LockedWheel

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


def test_locks_come_back_and_broken_ones_count_as_none(tmp_path: Path) -> None:
    assert load_lock(tmp_path, KEY) is None
    lock = Lock(requirements="x==1\n", wheels=(WHEEL,))
    save_lock(tmp_path, KEY, lock)
    assert load_lock(tmp_path, KEY) == lock
    (found,) = (tmp_path / "locks").iterdir()
    found.write_text("{")
    assert load_lock(tmp_path, KEY) is None


def test_what_an_index_lacked_is_asked_again_after_a_while(tmp_path: Path) -> None:
    whole = Lock(requirements="", wheels=(WHEEL,))
    part = Lock(requirements="", unlocked=(Unverified(subject="dependency:y", reason="gone"),))
    long_ago = time.time() - 100
    for lock, expected in ((whole, whole), (part, None)):
        save_lock(tmp_path, KEY, lock)
        assert load_lock(tmp_path, KEY, at_most=50) == lock
        (found,) = (tmp_path / "locks").iterdir()
        os.utime(found, (long_ago, long_ago))
        assert load_lock(tmp_path, KEY, at_most=50) == expected
        assert load_lock(tmp_path, KEY) == lock


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(MachineError, match="cannot write to the cache"):
        save_lock(blocked, KEY, Lock(requirements=""))
    with pytest.raises(MachineError, match="cannot write to the cache"):
        take_in(blocked, WHEEL, blocked)
