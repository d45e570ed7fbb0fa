"""The state of a repository, read with the ``git`` program; nothing in it is changed."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from auditor import redaction
from auditor.errors import AuditorError
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Git

__all__ = ["folder", "setting", "state", "toplevel"]

_TIMEOUT = 30  # seconds: a repository on a slow disk must not hold a run up for ever
_UNTRACKED_SHOWN = 200


class _GitError(AuditorError):
    """``git`` is missing, or answered with an error."""


def toplevel(folder: Path) -> Path | None:
    """Return the top folder of the repository that ``folder`` is in, or ``None``."""
    try:
        return Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    except _GitError:
        return None


def folder(project: Path) -> Path | None:
    """Return the repository's own folder, which all its work trees share, or ``None``."""
    try:
        return (project / _git(project, "rev-parse", "--git-common-dir").strip()).resolve()
    except _GitError:
        return None


def setting(project: Path, name: str) -> str | None:
    """Return a setting of the repository or its user, or ``None``."""
    return _or_none(project, "config", "--get", name)


def state(root: Path, keep: Callable[[bytes], str]) -> tuple[Fact[Git], Counter[str]]:
    """Return commit, branch, remote without credentials, and the patch of uncommitted changes.

    The patch (``git diff --binary HEAD``) is given to ``keep``, its secrets masked, which returns
    its digest. Comes with how many secrets were masked, as ``patch: pattern`` and ``remote: …``.
    Outside a repository the fact is recorded as having no value; where ``git`` fails it is unknown.
    """
    if toplevel(root) is None:
        reason = "not in a git repository"
        return Fact(value=None, how="recorded", source="git", reason=reason), Counter()
    found: Counter[str] = Counter()
    try:
        return recorded(_state(root, keep, found), "git"), found
    except _GitError as error:
        return unknown(error.message, "git"), found


def _state(root: Path, keep: Callable[[bytes], str], found: Counter[str]) -> Git:
    commit = _or_none(root, "rev-parse", "--verify", "--quiet", "HEAD")
    status = _git(root, "status", "--porcelain", "-z", "--untracked-files=normal").split("\0")
    untracked = tuple(line[3:] for line in status if line.startswith("?? "))
    changed = any(line and not line.startswith("?? ") for line in status)
    patch = None
    if changed and commit:
        diff = _run(root, "diff", "--binary", "--no-ext-diff", "HEAD")
        text, masked = redaction.masked_bytes(diff)
        patch = keep(text)
        found.update({f"patch: {name}": count for name, count in masked.items()})
    remote = _or_none(root, "config", "--get", "remote.origin.url")
    return Git(
        commit=commit,
        branch=_or_none(root, "symbolic-ref", "--short", "--quiet", "HEAD"),
        remote=_public(remote, found) if remote else None,
        dirty=changed or bool(untracked),
        patch=patch,
        untracked=untracked[:_UNTRACKED_SHOWN],
    )


def _public(remote: str, found: Counter[str]) -> str:
    (masked,), here = redaction.masked_arguments([remote])
    found.update({f"remote: {name}": count for name, count in here.items()})
    return masked


def _or_none(root: Path, *arguments: str) -> str | None:
    try:
        return _git(root, *arguments).strip() or None
    except _GitError:
        return None


def _git(root: Path, *arguments: str) -> str:
    return _run(root, *arguments).decode("utf-8", "replace")


def _run(root: Path, *arguments: str) -> bytes:
    # Optional locks off: reading the state must not write to the index of somebody's repository.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT,
        ).stdout
    except FileNotFoundError:
        raise _GitError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise _GitError(f"git gave no answer in {_TIMEOUT} seconds") from None
    except subprocess.CalledProcessError as error:
        text = error.stderr.decode("utf-8", "replace").strip()
        raise _GitError(f"git failed: {text.splitlines()[-1] if text else error}") from None
