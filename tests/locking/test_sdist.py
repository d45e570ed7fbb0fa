from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from auditor.errors import NotReplayedError
from auditor.locking import requires_of


def tarball(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "x-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return path


def test_reads_what_the_build_system_requires(tmp_path: Path) -> None:
    text = '[build-system]\nrequires = ["hatchling>=1.2", "setuptools"]\n'
    path = tarball(tmp_path, {"x-1.0/x/pyproject.toml": "no", "x-1.0/pyproject.toml": text})
    assert requires_of(path) == ("hatchling>=1.2", "setuptools", "wheel")


@pytest.mark.parametrize("files", [{}, {"x-1.0/setup.py": ""}, {"x-1.0/pyproject.toml": ""}])
def test_without_one_it_is_setuptools(tmp_path: Path, files: dict[str, str]) -> None:
    assert requires_of(tarball(tmp_path, files)) == ("setuptools>=40.8.0", "wheel")


def test_reads_a_zip_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x-1.0.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x-1.0/pyproject.toml", '[build-system]\nrequires = ["flit_core"]\n')
    assert requires_of(path)[0] == "flit_core"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x-1.0/setup.py", "")
    assert requires_of(path) == ("setuptools>=40.8.0", "wheel")


@pytest.mark.parametrize(
    "text",
    [
        "[build-system",
        'build-system = "x"',
        "[build-system]\nrequires = 3",
        '[build-system]\nrequires = ["-r /etc/passwd"]',
        '[build-system]\nrequires = ["--index-url=http://evil"]',
    ],
)
def test_what_is_broken_or_hostile_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotReplayedError, match="cannot be read"):
        requires_of(tarball(tmp_path, {"x-1.0/pyproject.toml": text}))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x-1.0.tar.gz"
    path.write_text("<html>")
    with pytest.raises(NotReplayedError, match="cannot be read"):
        requires_of(path)
