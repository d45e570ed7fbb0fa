from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError, IntegrityError
from auditor.hashing import UnstableFileError, hash_file
from auditor.model.digest import digest_bytes
from auditor.store.objects import Objects


@given(st.binary())
def test_what_is_put_is_read(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        objects = Objects(Path(folder))
        digest = objects.put_bytes(data)
        assert digest == digest_bytes(data)
        assert objects.read(digest) == data


def test_a_file_is_kept_once(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    (tmp_path / "a").write_bytes(b"content")
    digest, size = objects.put_file(tmp_path / "a")
    assert (digest, size) == (digest_bytes(b"content"), 7)
    assert objects.put_file(tmp_path / "a") == (digest, size)
    assert objects.verified(digest).read_bytes() == b"content"
    assert len([path for path in (tmp_path / "objects").rglob("*") if path.is_file()]) == 1


def test_changed_bytes_are_never_handed_out(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    digest = objects.put_bytes(b"right")
    objects.path(digest).write_bytes(b"wrong")
    with pytest.raises(IntegrityError):
        objects.read(digest)
    with pytest.raises(IntegrityError):
        objects.verified(digest)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not hold"):
        Objects(tmp_path).path(digest_bytes(b""))


def test_a_file_that_changes_while_it_is_kept_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = Objects(tmp_path / "objects")
    (tmp_path / "a").write_bytes(b"after")
    monkeypatch.setattr(
        "auditor.store.objects.hash_file", lambda _path: (digest_bytes(b"before"), 6)
    )
    with pytest.raises(UnstableFileError):
        objects.put_file(tmp_path / "a")
    assert not [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]


def test_a_file_that_changes_while_it_is_hashed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    states = iter([(0, 0, 6, 0, 0), (0, 0, 6, 1, 1)])
    monkeypatch.setattr("auditor.hashing.file.state_of", lambda _status: next(states))
    with pytest.raises(UnstableFileError):
        hash_file(path)
