from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.hashing import Hashed, UnstableFileError, hash_file, hash_files


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=5000), max_size=300), st.data())
def test_many_at_once_are_as_one_after_the_other(
    contents: list[bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        asked = data.draw(st.permutations(paths))
        assert list(hash_files(asked)) == [Hashed(path, *hash_file(path)) for path in asked]


def test_what_cannot_be_read_is_said_in_its_place(files: list[Path]) -> None:
    asked = [files[0], files[0].parent / "nowhere", files[0].parent, files[1]]
    first, absent, folder, last = hash_files(asked)
    assert (first.size, last.digest) == (0, "sha256:" + hashlib.sha256(b"content").hexdigest())
    assert isinstance(absent.digest, FileNotFoundError)
    assert isinstance(folder.digest, IsADirectoryError)
    assert (absent.size, folder.size) == (0, 0)


def test_a_file_that_changes_is_an_error_of_its_own(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = hash_file.__globals__["_read"]

    def read_and_change(descriptor: int, size: int, begin: object) -> object:
        if size == 7:
            files[1].write_bytes(b"another")
        return read(descriptor, size, begin)

    monkeypatch.setattr("auditor.hashing.file._read", read_and_change)
    one, changed, other = hash_files(files)
    assert isinstance(changed.digest, UnstableFileError)
    assert isinstance(one.digest, str)
    assert isinstance(other.digest, str)


def test_paths_are_asked_for_as_they_are_needed(files: list[Path]) -> None:
    asked = 0

    def endless() -> Iterator[Path]:
        nonlocal asked
        while True:
            asked += 1
            yield files[1]

    found = hash_files(endless())
    for _ in range(1000):
        next(found)
    found.close()
    assert asked < 20_000


def test_files_are_hashed_by_several_threads(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = threading.Barrier(2, timeout=10)
    begin = hashlib.sha256

    def wait_for_another(data: bytes) -> object:
        meeting.wait()
        return begin(data)

    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0, 1})
    monkeypatch.setattr("auditor.hashing.many._BATCH", 1)
    monkeypatch.setattr("auditor.hashing.many.hasher_of", lambda _name: wait_for_another)
    assert len({one.digest for one in hash_files([files[1], files[2]])}) == 2
