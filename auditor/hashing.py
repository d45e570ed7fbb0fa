"""SHA-256 of files, from one descriptor that is checked before and after."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

__all__ = ["CHUNK", "UnstableFileError", "copy_hashing", "hash_file"]

CHUNK = 1024 * 1024


class UnstableFileError(OSError):
    """The file changed while it was being read."""


def hash_file(path: Path) -> tuple[str, int]:
    """Return ``(digest, size in bytes)`` of a regular file.

    Raises ``UnstableFileError`` where it changed while being read, else ``OSError`` where it
    cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        before = _state(file)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if _state(file) != before:
            raise UnstableFileError(f"{path} changed while it was read")
    return "sha256:" + digest, before[2]


def copy_hashing(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy ``source`` to ``target`` and return ``(digest, size in bytes)`` of what was copied."""
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return "sha256:" + digest.hexdigest(), size


def _state(file: BinaryIO) -> tuple[int, int, int, int, int]:
    stat = os.fstat(file.fileno())
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
