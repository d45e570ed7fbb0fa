"""System calls that wait: struct seccomp_notif of linux/seccomp.h, received and answered."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os

__all__ = ["Line", "Page"]

_RECEIVE, _SEND, _SET_FLAGS = 0xC0502100, 0xC0182101, 0x40082104
_SYNC_WAKE_UP = 1
_CONTINUE = 1

_libc = ctypes.CDLL(None, use_errno=True)
_ioctl = _libc.ioctl
_ioctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p]
_ioctl.restype = ctypes.c_int


class _Call(ctypes.Structure):
    _fields_ = (
        ("id", ctypes.c_uint64),
        ("task", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("number", ctypes.c_int32),
        ("architecture", ctypes.c_uint32),
        ("instruction", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


class _Answer(ctypes.Structure):
    _fields_ = (
        ("id", ctypes.c_uint64),
        ("value", ctypes.c_int64),
        ("error", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
    )


class Page:
    """Memory that processes share: the call that is being looked at.

    The kernel writes it there itself, so that whoever takes the place of a killed tracer knows
    which call still waits for an answer.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)
        self.call = _Call.from_buffer(self._memory)
        self.place = ctypes.addressof(self.call)


class Line:
    """A listener: calls come in one by one, and all of them go on as they are."""

    def __init__(self, listener: int, page: Page) -> None:
        self.listener = listener
        self.call = page.call
        self._place = page.place
        self._answer = _Answer(0, 0, 0, _CONTINUE)
        self._answer_place = ctypes.addressof(self._answer)
        # Caller and listener take turns: one processor is best for both. Refused before Linux 6.6
        _ioctl(listener, _SET_FLAGS, _SYNC_WAKE_UP)

    def receive(self) -> bool:
        """Take the next call into ``call``; say whether there was one. Raises ``OSError``."""
        ctypes.memset(self._place, 0, ctypes.sizeof(_Call))
        while _ioctl(self.listener, _RECEIVE, self._place):
            number = ctypes.get_errno()
            if number == errno.ENOENT:  # it was killed meanwhile
                return False
            if number != errno.EINTR:
                raise OSError(number, os.strerror(number))
        return True

    def go_on(self) -> None:
        """Let the call in ``call`` go on; one that waits no more is left."""
        self._answer.id = self.call.id
        _ioctl(self.listener, _SEND, self._answer_place)
