"""The cache that all projects of a user share: wheels by digest, and locks by what they lock."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TypeVar

from auditor.errors import InputError, MachineError
from auditor.hashing import matches
from auditor.model.canonical import canonical, decode
from auditor.model.digest import hex_of
from auditor.model.plan import LockedWheel
from auditor.model.record import Record

__all__ = ["cache_folder", "cached", "load", "place", "save", "staging", "take_in"]

T = TypeVar("T", bound=Record)


def cache_folder() -> Path:
    """Return the cache: ``AUDITOR_CACHE``, else ``auditor`` in ``XDG_CACHE_HOME`` or ~/.cache."""
    if chosen := os.environ.get("AUDITOR_CACHE"):
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "auditor"


def place(cache: Path, wheel: LockedWheel) -> Path:
    """Return where the file of ``wheel`` lies, or will lie.

    Raises ``InputError`` where its name is a path: locks may come from elsewhere.
    """
    if "/" in wheel.file or wheel.file.startswith(".") or "\0" in wheel.file:
        raise InputError(f"the lock names a file {wheel.file!r}, which is not a plain name")
    return cache / "wheels" / hex_of(wheel.digest) / wheel.file


def cached(cache: Path, wheel: LockedWheel) -> bool:
    """Say whether the file is in the cache and has its digest still; a damaged one is removed."""
    path = place(cache, wheel)
    if not path.is_file():
        return False
    if matches(path, wheel.digest):
        return True
    path.unlink(missing_ok=True)
    return False


def take_in(cache: Path, wheel: LockedWheel, file: Path) -> None:
    """Move ``file``, on the cache's file system, to its place. Raises ``MachineError``."""
    try:
        target = place(cache, wheel)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
    except OSError as error:
        raise MachineError(f"cannot write to the cache {cache}: {error.strerror}") from None


def staging(cache: Path) -> Path:
    """Return the folder for what is on its way into the cache. Raises ``MachineError``."""
    folder = cache / "staging"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"cannot write to the cache {cache}: {error.strerror}") from None
    return folder


def load(cache: Path, key: str, kind: type[T]) -> tuple[T, float] | None:
    """Return what is kept under ``key``, and its age in seconds; unreadable counts as none."""
    path = _kept_place(cache, key)
    try:
        age = time.time() - path.stat().st_mtime
        return decode(path.read_bytes(), kind, what=str(path)), age
    except (OSError, InputError):
        return None


def save(cache: Path, key: str, value: Record) -> None:
    """Keep ``value`` under ``key``, atomically. Raises ``MachineError``."""
    path = _kept_place(cache, key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(canonical(value))
        Path(name).replace(path)
    except OSError as error:
        raise MachineError(f"cannot write to the cache {cache}: {error.strerror}") from None


def _kept_place(cache: Path, key: str) -> Path:
    return cache / "locks" / f"{hex_of(key)}.json"
