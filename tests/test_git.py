from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditor import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for command in (
        ["init", "-q", "-b", "main"],
        ["config", "user.email", "a@example.org"],
        ["config", "user.name", "A"],
        ["remote", "add", "origin", "https://user:secret@example.org/r.git"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "a.py").write_text("a = 1\n")
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "commit", "-qm", "first"], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_repository(repository: Path) -> None:
    found = git.state(repository, pytest.fail)[0].value
    assert found is not None
    assert (found.branch, found.dirty, found.patch) == ("main", False, None)
    assert found.remote == "https://example.org/r.git"
    assert found.commit is not None
    assert len(found.commit) == 40
    assert git.toplevel(repository) == repository.resolve()


def test_uncommitted_work_is_kept_as_a_patch(repository: Path) -> None:
    kept: list[bytes] = []

    def keep(data: bytes) -> str:
        kept.append(data)
        return "sha256:" + "0" * 64

    (repository / "a.py").write_text("a = 2\n")
    (repository / "new.py").write_text("")
    found = git.state(repository, keep)[0].value
    assert found is not None
    assert found.dirty
    assert found.untracked == ("new.py",)
    assert b"+a = 2" in kept[0]


def test_no_repository_is_a_recorded_fact(tmp_path: Path) -> None:
    fact, _masked = git.state(tmp_path, pytest.fail)
    assert (fact.value, fact.how) == (None, "recorded")
    assert "not in a git repository" in fact.reason


def test_a_repository_without_commits(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    found = git.state(tmp_path, pytest.fail)[0].value
    assert found is not None
    assert found.commit is None


def test_without_git_there_is_no_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert git.toplevel(repository) is None


def test_a_broken_repository_is_unknown(repository: Path) -> None:
    (repository / ".git" / "index").write_bytes(b"garbage")
    fact, _masked = git.state(repository, pytest.fail)
    assert fact.how == "unknown"
    assert "git failed" in fact.reason


def test_a_git_that_hangs_is_given_up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_TIMEOUT", 0.000001)
    assert git.toplevel(repository) is None
