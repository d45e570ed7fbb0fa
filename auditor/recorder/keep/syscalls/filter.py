"""The filter that a command and all it starts live under: a BPF program for seccomp(2).

It lets all calls pass at once but those that name a file or a host, which wait for an answer. The
kernel remembers which calls always pass, so that these cost nothing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from .numbers import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Tuple

    from .numbers import Machine

__all__ = ["install", "program"]

# linux/bpf_common.h, linux/filter.h
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_INSTRUCTION = struct.Struct("=HBBI")
# linux/seccomp.h
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_SET_MODE_FILTER = 1
_NEW_LISTENER, _WAIT_KILLABLE = 1 << 3, 1 << 5
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000  # asm/unistd.h: the bit of a third ABI of x86-64
_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_FLAGS_ARGUMENT = {"open": 1, "openat": 2}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install() -> Tuple[int, bool]:
    """Put this process under the filter for ever; return its listener, and if that took rights.

    Where this process has no CAP_SYS_ADMIN the kernel asks that no program it executes gets
    more rights than it has: set-id bits are ignored from then on. Raises ``OSError``.
    """
    known = machine()
    if known is None:
        raise OSError(errno.ENOSYS, "not on this architecture")
    try:
        return _listener(known), False
    except OSError as error:
        if error.errno != errno.EACCES:
            raise
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return _listener(known), True


def program(known: Machine) -> bytes:
    """Return the filter's instructions for a machine."""
    allow, notify = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOTIFY)
    steps: List[Tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, known.audit),
        allow,
        (_LOAD, 0, 0, _NUMBER),
        (_IF_AT_LEAST, 0, 1, _X32),
        allow,
    ]
    for name, number in known.calls.items():
        flags = _FLAGS_ARGUMENT.get(name)
        if flags is None:
            steps += [(_IF_EQUAL, 0, 1, number), notify]
        else:  # what is opened as a path only is not read
            steps += [(_IF_EQUAL, 0, 4, number), (_LOAD, 0, 0, _ARGUMENTS + 8 * flags)]
            steps += [(_IF_BITS, 0, 1, os.O_PATH), allow, notify]
    # Of all filters one may have a listener: a program that asks for its own is refused
    steps += [(_IF_EQUAL, 0, 4, known.seccomp), (_LOAD, 0, 0, _ARGUMENTS + 8)]
    steps += [(_IF_BITS, 0, 1, _NEW_LISTENER), notify, allow, allow]
    return b"".join(_INSTRUCTION.pack(*step) for step in steps)


def _listener(known: Machine) -> int:
    """Install the filter; signals do not disturb a call that is looked at, where that can be."""
    try:
        return _seccomp(known, _NEW_LISTENER | _WAIT_KILLABLE)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    return _seccomp(known, _NEW_LISTENER)


def _seccomp(known: Machine, flags: int) -> int:
    instructions = program(known)
    what = _Program(len(instructions) // _INSTRUCTION.size, instructions)
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    call.argtypes = [ctypes.c_long, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p]
    listener = int(call(known.seccomp, _SET_MODE_FILTER, flags, ctypes.addressof(what)))
    if listener < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return listener
