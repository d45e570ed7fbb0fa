"""The command's standard input: a copy of what it took from a pipe or a file.

A terminal stays the command's own. A pipe is handed on without taking more from it than the
command does, so that what follows in a script still finds the rest: its head is duplicated into
a second pipe (``tee(2)``), and taken from the first only as the command takes it from the second.
"""

from __future__ import annotations

import os
import stat as modes
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional

__all__ = ["Stdin", "feed", "stdin_of"]

_CHUNK = 1 << 20
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ, which fcntl has from Python 3.10 on
_ONE_PAGE = 4096  # a pipe with room for one buffer is writable when it is empty, not before
_GRACE = 0.5
_STEP = 0.005
_NOT_KEPT = "it is larger than what is kept"


def stdin_of(folder: str, keep: int) -> Stdin:
    """Return what stands for this process's stdin; copies go to ``folder``."""
    import fcntl

    place = os.path.join(folder, "stdin")
    try:
        mode = os.fstat(0).st_mode
        readable = fcntl.fcntl(0, fcntl.F_GETFL) & os.O_ACCMODE != os.O_WRONLY
    except OSError:
        return Stdin("null")
    if modes.S_ISCHR(mode):
        return Stdin("terminal" if os.isatty(0) else "null")
    try:
        if readable and modes.S_ISFIFO(mode):
            return _Pipe(place, keep)
        if readable and modes.S_ISREG(mode):
            return _File(place, keep)
    except (ImportError, AttributeError, OSError):
        pass  # a Python without ctypes, a system without tee
    return Stdin("other")


def feed(kind: str, path: str) -> None:
    """Make the content of ``path`` this process's stdin, as a *file* or through a *pipe*."""
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    if kind != "pipe":
        os.dup2(source, 0)
        return
    taken, given = os.pipe()
    os.dup2(taken, 0)
    os.close(taken)
    threading.Thread(target=_pour, args=(source, given), daemon=True).start()


class Stdin:
    """One that is left as it is. ``descriptor`` is the one that the command is to have."""

    descriptor = 0

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def start(self) -> None:
        """Begin to hand it on; the command has been started."""

    def finish(self) -> Dict[str, Any]:
        """Return the record of it, after the command has ended."""
        return {"kind": self.kind, "digest": None, "size": None, "reason": ""}


class _File(Stdin):
    """A regular file, which the command shares: how far it was read shows in the offset."""

    def __init__(self, place: str, keep: int) -> None:
        super().__init__("file")
        self._copy = _Copy(place, keep)
        self._offset = os.lseek(0, 0, os.SEEK_CUR)
        self._before = _state(0)

    def finish(self) -> Dict[str, Any]:
        record = super().finish()
        try:
            read = os.lseek(0, 0, os.SEEK_CUR) != self._offset
            if read:
                self._take()
            if _state(0) != self._before:
                return dict(record, reason="the file changed while the run went on")
        except OSError as error:
            return dict(record, reason="could not be read: %s" % error.strerror)
        return dict(record, **self._copy.finish())

    def _take(self) -> None:
        # opened anew: the offset is shared with whatever goes on reading after the command
        source = os.open("/proc/self/fd/0", os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.lseek(source, self._offset, os.SEEK_SET)
            while self._copy.take(os.read(source, _CHUNK)):
                pass
        finally:
            os.close(source)


class _Pipe(Stdin):
    """A pipe, handed on as far as the command takes from it."""

    def __init__(self, place: str, keep: int) -> None:
        import fcntl

        super().__init__("pipe")
        self._tee = _tee()
        self._copy = _Copy(place, keep)
        self.descriptor, self._sink = os.pipe()
        fcntl.fcntl(self._sink, _SET_PIPE_SIZE, _ONE_PAGE)
        self._idle = True
        self._thread = threading.Thread(target=self._hand_on, daemon=True)

    def start(self) -> None:
        os.close(self.descriptor)
        self._thread.start()

    def finish(self) -> Dict[str, Any]:
        end = time.monotonic() + _GRACE
        while self._thread.is_alive() and not self._idle and time.monotonic() < end:
            self._thread.join(_STEP)
        reason = ""
        if self._thread.is_alive() and not self._idle:
            reason = "a process that outlived the command has it"
        return dict(super().finish(), **self._copy.finish(reason))

    def _hand_on(self) -> None:
        try:
            while True:
                self._idle = True
                count = self._tee(0, self._sink)
                self._idle = False
                if not count or not self._taken(count):
                    break
        except OSError as error:
            import errno

            if error.errno != errno.EPIPE:
                self._copy.broken = "could not be read: %s" % error.strerror
        finally:
            self._idle = False
            os.close(self._sink)

    def _taken(self, count: int) -> bool:
        """Wait until the command took what was duplicated; say whether it may want more."""
        import select

        poll = select.poll()
        poll.register(self._sink, select.POLLOUT)
        gone = poll.poll()[0][1] & select.POLLERR
        left = count - _waiting(self._sink)
        while left:
            data = os.read(0, left)
            self._copy.take(data)
            left -= len(data)
        return not gone


class _Copy:
    """The copy of a stream in a file, up to ``keep`` bytes, and the digest of all of it."""

    def __init__(self, place: str, keep: int) -> None:
        import hashlib

        self.broken = ""
        self._place = place
        self._keep = keep
        self._size = 0
        self._digest = hashlib.sha256()
        self._file = -1

    def take(self, data: bytes) -> int:
        """Add ``data`` and return its length."""
        self._digest.update(data)
        self._size += len(data)
        if not self.broken and data:
            try:
                self._write(data)
            except OSError as error:
                self.broken = "could not be kept: %s" % error.strerror
        return len(data)

    def finish(self, reason: str = "") -> Dict[str, Any]:
        """Return ``digest``, ``size``, and why the copy is not whole, if it is not."""
        reason = reason or self.broken
        if reason and os.path.exists(self._place):
            os.unlink(self._place)
        digest: Optional[str] = "sha256:" + self._digest.hexdigest()
        return {"digest": digest, "size": self._size, "reason": reason}

    def _write(self, data: bytes) -> None:
        if self._size > self._keep:
            self.broken = _NOT_KEPT
            return
        if self._file < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
            self._file = os.open(self._place, flags, 0o600)
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]


def _tee() -> Any:
    """Return ``tee(source, sink)``: duplicates what waits in one pipe into another, at most 64 KiB.

    It waits for something to duplicate, and returns 0 at the end. Raises ``OSError``.
    """
    import ctypes
    import errno

    function = ctypes.CDLL(None, use_errno=True).tee
    function.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_size_t, ctypes.c_uint]
    function.restype = ctypes.c_ssize_t

    def tee(source: int, sink: int) -> int:
        while True:
            count = function(source, sink, 65536, 0)
            if count >= 0:
                return int(count)
            number = ctypes.get_errno()
            if number == errno.EAGAIN:  # the other end made it non-blocking
                _wait_for(source)
            elif number != errno.EINTR:
                raise OSError(number, os.strerror(number))

    return tee


def _wait_for(source: int) -> None:
    import select

    poll = select.poll()
    poll.register(source, select.POLLIN)
    poll.poll()


def _waiting(descriptor: int) -> int:
    """Return how many bytes are in a pipe."""
    import array
    import fcntl
    import termios

    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]


def _pour(source: int, sink: int) -> None:
    try:
        while True:
            view = memoryview(os.read(source, _CHUNK))
            if not view:
                break
            while view:
                view = view[os.write(sink, view) :]
    except OSError:
        pass  # the command does not want more
    finally:
        os.close(sink)
        os.close(source)


def _state(descriptor: int) -> Any:
    stat = os.fstat(descriptor)
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
