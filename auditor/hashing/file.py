"""The digest of one file, from one descriptor that is checked before and after."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from auditor.hashing.algorithms import Hasher, algorithm_of, hasher_of

__all__ = [
    "CHUNK",
    "State",
    "UnstableFileError",
    "copy_hashing",
    "digest_and_state",
    "hash_file",
    "matches",
    "state_of",
]

CHUNK = 1024 * 1024
SMALL = 128 * 1024  # bytes: read in one piece, which costs a third of a loop with a buffer
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe is refused, not waited for

State = tuple[int, int, int, int, int]
"""Device, inode, size in bytes, and the times of content and inode in ns."""


class UnstableFileError(OSError):
    """The file changed while it was being read."""


def hash_file(path: Path, algorithm: str = "sha256") -> tuple[str, int]:
    """Return ``(digest, size in bytes)`` of a regular file, read now and in whole.

    Raises ``UnstableFileError`` where it changed while being read, else ``OSError`` where it
    cannot be read, and ``InputError`` where the algorithm is not there.
    """
    digest, state = digest_and_state(path, algorithm, hasher_of(algorithm))
    return digest, state[2]


def matches(path: Path, digest: str) -> bool:
    """Say whether a file has ``digest``, by that digest's own algorithm, read now and in whole.

    Raises as ``hash_file`` does, and ``InputError`` for a digest of another algorithm.
    """
    return hash_file(path, algorithm_of(digest))[0] == digest


def digest_and_state(
    path: Path, algorithm: str, begin: Callable[[bytes], Hasher]
) -> tuple[str, State]:
    """Return the digest of a regular file and the state that it had before and after.

    Raises ``UnstableFileError`` and ``OSError`` as ``hash_file`` does.
    """
    descriptor = os.open(path, _OPEN)
    try:
        before = os.fstat(descriptor)
        _check_regular(before.st_mode, path)
        digest = _read(descriptor, before.st_size, begin).hexdigest()
        state = state_of(before)
        if state_of(os.fstat(descriptor)) != state:
            raise UnstableFileError(f"{path} changed while it was read")
    finally:
        os.close(descriptor)
    return f"{algorithm}:{digest}", state


def copy_hashing(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy ``source`` to ``target`` and return ``(SHA-256, size in bytes)`` of what was copied."""
    digest = hasher_of("sha256")(b"")
    size = 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return "sha256:" + digest.hexdigest(), size


def state_of(status: os.stat_result) -> State:
    """Return what of a file's state changes with its content."""
    times = status.st_mtime_ns, status.st_ctime_ns
    return status.st_dev, status.st_ino, status.st_size, *times


def _read(descriptor: int, size: int, begin: Callable[[bytes], Hasher]) -> Hasher:
    if size <= SMALL:
        data = os.read(descriptor, size + 1)  # one more: files of the kernel say 0 and have some
        hasher = begin(data)
        if len(data) == size:
            return hasher
    else:
        hasher = begin(b"")
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while count := os.readv(descriptor, [buffer]):
        hasher.update(view[:count])
    return hasher


def _check_regular(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
