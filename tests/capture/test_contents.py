from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.capture.contents import Keeping
from auditor.hashing import hash_file
from auditor.hashing.cache import Cache
from auditor.model.digest import digest_bytes
from auditor.model.fact import declared
from auditor.model.files import File
from auditor.store.objects import Objects


def kept(tree: Path, files: list[File], *, keep: int = 10, absolute: bool = True) -> list[File]:
    cache = Cache(tree.parent / "digests.sqlite")
    keeping = Keeping(
        objects=Objects(tree.parent / "objects"),
        tree=tree,
        absolute=absolute,
        saved=None,
        keep=keep,
        cache=cache,
    )
    found = keeping.kept(declared(tuple(files), "the test"))
    cache.close()
    return list(found.value or ())


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    later = SimpleNamespace(time_ns=lambda: time.time_ns() + 3600 * 10**9)
    monkeypatch.setattr("auditor.hashing.many.time", later)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "small").write_bytes(b"small")
    (tree / "large").write_bytes(b"l" * 1000)
    (tree / "large").chmod(0o755)
    return tree


SMALL = File(path="small", digest=None, size=None)
LARGE = File(path="large", digest=None, size=None)


def test_what_nobody_hashed_is_hashed_and_kept_if_small(tree: Path) -> None:
    small, large = kept(tree, [SMALL, LARGE])
    assert (small.digest, small.size, small.kept) == (digest_bytes(b"small"), 5, True)
    assert (large.digest, large.size, large.kept) == (digest_bytes(b"l" * 1000), 1000, False)
    assert (small.executable, large.executable) == (False, True)
    assert (small.reason, large.reason) == ("", "")


def test_a_second_time_nothing_is_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept(tree, [SMALL, LARGE])
    monkeypatch.setattr("auditor.hashing.file._read", None)
    assert kept(tree, [SMALL, LARGE]) == first


def test_what_is_kept_is_what_was_read_and_not_what_a_cache_said(tree: Path) -> None:
    cache = Cache(tree.parent / "digests.sqlite")
    status = (tree / "small").stat()
    times = (status.st_mtime_ns, status.st_ctime_ns)
    wrong = digest_bytes(b"wrong")
    cache.keep((status.st_dev, status.st_ino, 5, *times), wrong, 2**63)
    cache.close()
    (small,) = kept(tree, [SMALL])
    assert (small.digest, small.kept, small.reason) == (
        wrong,
        False,
        "changed before it could be kept",
    )
    assert small.digest_at_end == digest_bytes(b"small")
    assert not Objects(tree.parent / "objects").has(wrong)


def test_what_cannot_be_read_says_why(tree: Path) -> None:
    absent = File(path="absent", digest=None, size=None)
    outside = File(path="/elsewhere/x", digest=None, size=None)
    os.mkfifo(tree / "pipe")
    pipe = File(path="pipe", digest=None, size=None)
    said = File(path="said", digest=None, size=None, reason="could not be read")
    found = kept(tree, [absent, outside, pipe, said], absolute=False)
    assert [file.reason for file in found] == [
        "could not be kept: No such file or directory",
        "lies outside the tree of the replay",
        "could not be kept: it is no regular file",
        "could not be read",
    ]
    assert [(file.digest, file.kept) for file in found] == [(None, False)] * 4


def test_a_file_of_a_known_digest_is_read_before_it_is_kept(tree: Path) -> None:
    known = File(path="small", digest=digest_bytes(b"other"), size=5)
    (file,) = kept(tree, [known])
    assert (file.kept, file.digest_at_end) == (False, hash_file(tree / "small")[0])
