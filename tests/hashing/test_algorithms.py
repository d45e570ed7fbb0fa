from __future__ import annotations

import sys
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.hashing import algorithm_of, hash_file, hash_files, matches

# The empty input of FIPS 180-4 and of BLAKE3's test vectors.
EMPTY = {
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "blake3": "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
}


@pytest.mark.parametrize("algorithm", EMPTY)
def test_the_digest_names_its_algorithm(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "empty").touch()
    digest = f"{algorithm}:{EMPTY[algorithm]}"
    assert hash_file(tmp_path / "empty", algorithm) == (digest, 0)
    assert algorithm_of(digest) == algorithm
    assert [one.digest for one in hash_files([tmp_path / "empty"], algorithm=algorithm)] == [digest]


@pytest.mark.parametrize("algorithm", EMPTY)
def test_a_file_is_verified_by_the_algorithm_of_the_digest(tmp_path: Path, algorithm: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 300_000)
    digest = hash_file(path, algorithm)[0]
    assert matches(path, digest)
    path.write_bytes(b"y" * 300_000)
    assert not matches(path, digest)


def test_a_library_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "blake3", None)
    for call in (
        lambda: hash_file(tmp_path, "blake3"),
        lambda: hash_files([], algorithm="blake3"),
        lambda: matches(tmp_path, f"blake3:{EMPTY['blake3']}"),
    ):
        with pytest.raises(InputError, match="BLAKE3 needs a library") as raised:
            call()
        assert raised.value.hint.endswith("pip install 'auditor[blake3]'")


@pytest.mark.parametrize("digest", ["md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:", "abc", ""])
def test_other_digests_are_refused(digest: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no digest of"):
        matches(tmp_path, digest)
    with pytest.raises(InputError, match="not hashed with 'md5'"):
        hash_file(tmp_path, "md5")
