"""What a waiting process passed to its system call: text and bytes in its memory."""

from __future__ import annotations

import ctypes
import mmap
import os

__all__ = ["Memory"]

_LONG = 4096  # PATH_MAX
_STEP = 256


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class Memory:
    """Reads with process_vm_readv(2), which takes a process as it is now, whatever it executed."""

    def __init__(self) -> None:
        self._read = ctypes.CDLL(None, use_errno=True).process_vm_readv
        self._read.restype = ctypes.c_ssize_t
        self._read.argtypes = [
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_ulong,
            ctypes.c_void_p,
            ctypes.c_ulong,
            ctypes.c_ulong,
        ]
        self._bytes = bytearray(_LONG)
        space = (ctypes.c_char * _LONG).from_buffer(self._bytes)
        self._here = _Vector(ctypes.addressof(space), 0)
        self._there = _Vector(0, 0)
        self._vectors = ctypes.addressof(self._here), ctypes.addressof(self._there)

    def text(self, task: int, place: int) -> bytes:
        """Return the text that ends with a zero byte, 4095 bytes at most. Raises ``OSError``."""
        found = b""
        while len(found) < _LONG:
            # Not past a page: the next one may not be there
            part = self.take(task, place, min(_STEP, mmap.PAGESIZE - place % mmap.PAGESIZE))
            text, zero, _rest = part.partition(b"\0")
            found += text
            if zero:
                return found
            place += len(part)
        raise OSError("a path that is too long")

    def take(self, task: int, place: int, size: int) -> bytes:
        """Return ``size`` bytes, 4096 at most. Raises ``OSError``."""
        self._here.length = self._there.length = size
        self._there.base = place
        here, there = self._vectors
        if self._read(task, here, 1, there, 1, 0) == size:
            return bytes(self._bytes[:size])
        return _from_file(task, place, size)


def _from_file(task: int, place: int, size: int) -> bytes:
    """Take the bytes by way of ``/proc``: some containers refuse the system call."""
    descriptor = os.open("/proc/%d/mem" % task, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = os.pread(descriptor, size, place)
    finally:
        os.close(descriptor)
    if len(found) != size:
        raise OSError("a place without memory")
    return found
