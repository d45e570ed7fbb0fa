from __future__ import annotations

import hashlib
import inspect
import io
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auditor.hashing.file as file_module
from auditor.hashing import UnstableFileError, copy_hashing, hash_file, matches
from auditor.hashing.file import SMALL
from auditor.locking.cache import cached
from auditor.replay.data.locate import locate
from auditor.store.objects import Objects

SIZES = st.one_of(
    st.integers(0, 3000),
    st.integers(SMALL - 2, SMALL + 2),
    st.integers(file_module.CHUNK - 1, file_module.CHUNK + 1),
)


@given(SIZES, st.binary(min_size=1, max_size=8))
def test_a_file_has_the_digest_of_its_bytes(size: int, pattern: bytes) -> None:
    data = (pattern * (size // len(pattern) + 1))[:size]
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        expected = "sha256:" + hashlib.sha256(data).hexdigest()
        assert hash_file(Path(file.name)) == (expected, size)
        target = io.BytesIO()
        assert copy_hashing(io.BytesIO(data), target) == (expected, size)
        assert target.getvalue() == data


def test_a_file_of_the_kernel_says_no_size_and_is_read() -> None:
    path = Path("/proc/version")
    assert hash_file(path)[0] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("size", [10, SMALL * 3])
@pytest.mark.parametrize("change", ["grown", "cut", "overwritten"])
def test_a_file_that_changes_while_it_is_hashed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, change: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * size)
    os.utime(path, ns=(0, 0))
    read = file_module._read

    def read_and_change(*arguments: object) -> object:
        found = read(*arguments)
        match change:
            case "grown":
                with path.open("ab") as file:
                    file.write(b"more")
            case "cut":
                os.truncate(path, size // 2)
            case _:
                path.write_bytes(b"b" * size)
        return found

    monkeypatch.setattr(file_module, "_read", read_and_change)
    with pytest.raises(UnstableFileError, match="changed while it was read"):
        hash_file(path)


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        hash_file(tmp_path / "pipe")
    with pytest.raises(IsADirectoryError):
        hash_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "nowhere")


@pytest.mark.parametrize("verifying", [hash_file, matches, Objects.verified, locate, cached])
def test_what_verifies_takes_no_cache_of_digests(verifying: object) -> None:
    parameters = inspect.signature(verifying).parameters.values()  # type: ignore[arg-type]
    assert not [one for one in parameters if "hashing.cache" in str(one.annotation)]
    assert "Cache" not in "".join(str(one.annotation) for one in parameters)


def test_no_module_that_verifies_knows_the_cache() -> None:
    root = Path(inspect.getfile(Objects)).parents[1]
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "auditor.hashing.cache" in path.read_text(encoding="utf-8")
    }
    assert users == {
        "capture/assemble.py",
        "capture/contents.py",
        "hashing/many.py",
        "pipeline/fingerprint.py",
    }
