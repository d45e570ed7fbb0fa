from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.hashing import hash_file, hash_files
from auditor.hashing.cache import RACY, Cache
from auditor.hashing.file import State, state_of

DIGEST = "sha256:" + "ab" * 32
LONG_AGO = 10**18
STATES = st.tuples(*[st.integers(0, 2**64)] * 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "digests.sqlite"


def filled(path: Path, *states: State) -> None:
    cache = Cache(path)
    for state in states:
        cache.keep(state, DIGEST, 2**65)
    cache.close()


def state(path: Path) -> State:
    return state_of(path.stat())


def digests(files: list[Path], path: Path) -> list[str]:
    """Return what files have by the cache, each of which could be hashed."""
    cache = Cache(path)
    found = [one.digest for one in hash_files(files, cache=cache)]
    cache.close()
    return [digest for digest in found if isinstance(digest, str)]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that are read from now on."""
    module = "auditor.hashing.many.digest_and_state"
    original = hash_file.__globals__["digest_and_state"]
    read: list[Path] = []

    def noted(path: Path, *arguments: object) -> object:
        read.append(path)
        return original(path, *arguments)

    monkeypatch.setattr(module, noted)
    return read


def test_an_unchanged_file_is_not_read_again(
    files: list[Path], path: Path, reads: list[Path]
) -> None:
    first = digests(files, path)
    assert first == [hash_file(file)[0] for file in files]
    assert reads == files
    assert digests(files, path) == first
    assert reads == files
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_replaced_file_of_equal_size_and_time_is_read_again(
    files: list[Path], path: Path
) -> None:
    digests(files, path)
    was = files[1].stat()
    files[1].write_bytes(b"replace")
    os.utime(files[1], ns=(was.st_atime_ns, was.st_mtime_ns))
    now = files[1].stat()
    assert (now.st_ino, now.st_size, now.st_mtime_ns) == (was.st_ino, 7, was.st_mtime_ns)
    assert digests(files, path)[1] == hash_file(files[1])[0]


@given(STATES, STATES)
@settings(max_examples=50)
def test_only_the_very_state_is_known(one: State, other: State) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cache"
        filled(path, one)
        cache = Cache(path)
        assert cache.find(one, "sha256") == DIGEST
        assert cache.find(one, "blake3") is None
        if one != other:
            assert cache.find(other, "sha256") is None
        cache.close()


@pytest.mark.parametrize("young", ["content", "inode"])
def test_a_young_file_is_not_remembered(path: Path, young: str) -> None:
    cache = Cache(path)

    def aged(age: int) -> State:
        times = {"content": LONG_AGO, "inode": LONG_AGO, young: 2 * LONG_AGO - age}
        return (1, 2, 3, times["content"], times["inode"])

    cache.keep(aged(RACY - 1), DIGEST, 2 * LONG_AGO)
    cache.keep(aged(-5), DIGEST, 2 * LONG_AGO)  # of the future
    assert cache.find(aged(RACY - 1), "sha256") is None
    assert cache.find(aged(-5), "sha256") is None
    cache.keep(aged(RACY), DIGEST, 2 * LONG_AGO)
    assert cache.find(aged(RACY), "sha256") == DIGEST
    cache.close()


def test_what_was_just_written_is_read_each_time(
    files: list[Path], path: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.hashing.many.time", time)
    digests(files, path)
    digests(files, path)
    assert reads == files * 2


def bad_files() -> Iterator[bytes]:
    yield b""
    yield b"no database at all" * 1000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "x"
        with sqlite3.connect(place) as other:
            other.execute("CREATE TABLE digests (else_ TEXT)")
        other.close()
        yield place.read_bytes()


@pytest.mark.parametrize("content", list(bad_files()))
def test_a_damaged_cache_is_discarded_with_no_harm(
    files: list[Path], path: Path, content: bytes
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    expected = [hash_file(file)[0] for file in files]
    for _ in range(3):
        assert digests(files, path) == expected
    cache = Cache(path)
    assert cache.find(state(files[1]), "sha256") == expected[1]
    cache.close()


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_row_is_not_believed(tmp_path: Path, seed: int) -> None:
    states = [(1, number, 5, LONG_AGO, LONG_AGO) for number in range(50)]
    filled(tmp_path / "whole", *states)
    whole = (tmp_path / "whole").read_bytes()
    dice = random.Random(seed)
    for number in range(60):
        path = tmp_path / f"cache{number}"
        data = bytearray(whole)
        for _ in range(dice.choice((1, 20))):
            data[dice.randrange(len(data))] ^= dice.randrange(1, 256)
        path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
        path.chmod(0o600)
        cache = Cache(path)
        assert {cache.find(state, "sha256") for state in states} <= {DIGEST, None}
        cache.keep(states[0], DIGEST, 2**65)
        cache.close()


def test_a_row_that_was_moved_or_changed_is_not_believed(path: Path) -> None:
    one, other = (1, 1, 5, LONG_AGO, LONG_AGO), (1, 2, 5, LONG_AGO, LONG_AGO)
    filled(path, one, other)
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE digests SET file = 'x' WHERE file = 'sha256:1:1'")
        database.execute("UPDATE digests SET file = 'sha256:1:1' WHERE file = 'sha256:1:2'")
        database.execute("UPDATE digests SET digest = ? WHERE file = 'x'", ("sha256:" + "c" * 64,))
        database.execute("UPDATE digests SET file = 'sha256:1:2' WHERE file = 'x'")
    database.close()
    cache = Cache(path)
    assert cache.find(one, "sha256") is None
    assert cache.find(other, "sha256") is None
    cache.close()


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_cache_that_others_can_write_is_not_used(
    files: list[Path], path: Path, mode: int, reads: list[Path]
) -> None:
    digests(files, path)
    path.chmod(mode)
    digests(files, path)
    assert reads == files * 2


def test_a_place_that_cannot_be_is_done_without(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(digests(files, tmp_path / "file" / "cache")) == len(files)


def test_it_holds_no_more_than_it_may(path: Path) -> None:
    states = [(1, number, 5, LONG_AGO, LONG_AGO) for number in range(300)]
    cache = Cache(path, most=100)
    for state in states:
        cache.keep(state, DIGEST, 2**65)
        if state[1] % 50 == 0:
            cache.flush()
    cache.flush()
    known = [state for state in states if cache.find(state, "sha256")]
    assert known == states[-100:]
    cache.close()


PROCESS = """
import sys
from pathlib import Path
from auditor.hashing.cache import Cache
cache = Cache(Path(sys.argv[1]))
for number in range(2000):
    state = (int(sys.argv[2]), number, 5, 10**18, 10**18)
    cache.keep(state, "sha256:" + "ab" * 32, 2**65)
    if number % 100 == 0:
        cache.flush()
        assert cache.find(state, "sha256")
cache.close()
"""


def test_two_processes_may_write_at_once(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(path), str(number)])
        for number in range(2)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    cache = Cache(path)
    for device in range(2):
        for number in range(2000):
            assert cache.find((device, number, 5, LONG_AGO, LONG_AGO), "sha256") == DIGEST
    cache.close()


def test_another_that_holds_the_cache_does_no_harm(
    files: list[Path], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = digests(files, path)
    monkeypatch.setattr("auditor.hashing.cache._PATIENCE", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert digests(files, path) == expected
    other.execute("ROLLBACK")
    other.close()
    assert digests(files, path) == expected
    assert path.exists()
