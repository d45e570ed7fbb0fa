"""git-lfs as it lays its objects out, in repositories that ``git`` made."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from auditor.replay import Options
from auditor.replay.data.git_lfs import GitLfs
from auditor.replay.data.interface import Context
from auditor.store.objects import Objects
from tests.replay.data.conftest import wanted

CONTENT = b"weights"
OID = hashlib.sha256(CONTENT).hexdigest()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def put(storage: Path) -> None:
    place = storage / "objects" / OID[:2] / OID[2:4] / OID
    place.parent.mkdir(parents=True)
    place.write_bytes(CONTENT)


def offers(store: Path, root: Path, *, trusted: bool = False) -> list[bytes]:
    context = Context(
        root=str(root),
        source=(),
        objects=Objects(store / ".auditor" / "objects"),
        options=Options(trusted=trusted),
        cache=store,
    )
    return [Path(place).read_bytes() for place in GitLfs(context).offers(wanted(CONTENT))]


def test_objects_of_the_repository_that_the_store_is_in(repository: Path) -> None:
    assert offers(repository, Path("/project")) == []
    put(repository / ".git" / "lfs")
    assert offers(repository, Path("/project")) == [CONTENT]
    below = repository / "experiments" / "one"
    below.mkdir(parents=True)
    assert offers(below, Path("/project")) == [CONTENT]


def test_objects_of_the_recorded_repository_if_it_is_ours(repository: Path, tmp_path: Path) -> None:
    put(repository / ".git" / "lfs")
    other = tmp_path / "other"
    other.mkdir()
    assert offers(other, repository) == []
    assert offers(other, repository, trusted=True) == [CONTENT]


@pytest.mark.parametrize("how", ["absolute", "relative"])
def test_a_storage_that_lies_elsewhere(repository: Path, tmp_path: Path, how: str) -> None:
    storage = tmp_path / "lfs" if how == "absolute" else repository / ".git" / "shared"
    git(repository, "config", "lfs.storage", str(storage) if how == "absolute" else "shared")
    put(storage)
    assert offers(repository, Path("/project")) == [CONTENT]


def test_a_work_tree_shares_the_objects(repository: Path, tmp_path: Path) -> None:
    put(repository / ".git" / "lfs")
    git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x",
        "--allow-empty")  # fmt: skip
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert offers(tmp_path / "tree", Path("/project")) == [CONTENT]
