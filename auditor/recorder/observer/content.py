"""Digests of files, from one descriptor; and contents saved before they are overwritten."""

from __future__ import annotations

import errno
import os
import stat as modes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

__all__ = ["CHUNK", "Contents", "digest", "executable", "state"]

CHUNK = 1024 * 1024


def state(stat: os.stat_result) -> List[int]:
    """Return what tells whether a file changed: device, inode, size, mtime and ctime in ns."""
    return [stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def executable(stat: os.stat_result) -> bool:
    """Say whether its owner may execute a file."""
    return bool(stat.st_mode & 0o100)


def digest(path: str, copy: int = -1) -> Dict[str, Any]:
    """Return ``digest``, ``size``, ``stat``, ``executable`` of a file; ``copy`` gets the content.

    ``digest`` is ``None`` where the file changed while it was read. Raises ``OSError``.
    """
    import hashlib

    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        before = os.fstat(descriptor)
        if not modes.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        sha256 = hashlib.sha256()
        while True:
            chunk = os.read(descriptor, CHUNK)
            if not chunk:
                break
            sha256.update(chunk)
            while copy >= 0 and chunk:
                chunk = chunk[os.write(copy, chunk) :]
        steady = state(before) == state(os.fstat(descriptor))
    finally:
        os.close(descriptor)
    return {
        "digest": "sha256:" + sha256.hexdigest() if steady else None,
        "size": before.st_size,
        "stat": state(before),
        "executable": executable(before),
    }


class Contents:
    """Contents saved in ``folder`` by their hexadecimal digest, up to ``keep`` bytes each."""

    def __init__(self, folder: str, keep: int) -> None:
        self.folder = folder
        self.keep = keep

    def save(self, path: str) -> Optional[Dict[str, Any]]:
        """Return what ``digest`` says of ``path``, its content saved; ``None`` if unreadable."""
        try:
            if os.stat(path).st_size > self.keep:
                return digest(path)
            return self._copied(path)
        except OSError:
            return None

    def _copied(self, path: str) -> Dict[str, Any]:
        import _thread

        partial = os.path.join(self.folder, ".%d-%d" % (os.getpid(), _thread.get_ident()))
        copy = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            members = digest(path, copy)
        except OSError:  # the disk is full: the digest still counts
            os.unlink(partial)
            return digest(path)
        finally:
            os.close(copy)
        if members["digest"] is None:
            os.unlink(partial)
        else:
            os.rename(partial, os.path.join(self.folder, members["digest"].partition(":")[2]))
        return members
