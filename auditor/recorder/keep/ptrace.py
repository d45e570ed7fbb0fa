"""ptrace(2) as far as a tracer needs it that looks at processes and never at system calls."""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Tuple

__all__ = [
    "EVENT_CLONE",
    "EVENT_EXEC",
    "EVENT_EXIT",
    "EVENT_FORK",
    "EVENT_STOP",
    "EVENT_VFORK",
    "allow",
    "die_with_parent",
    "go_on",
    "let_go",
    "listen",
    "message",
    "registers",
    "seize",
    "set_registers",
]

# linux/ptrace.h
_CONT, _DETACH, _GETEVENTMSG = 7, 17, 0x4201
_GETREGSET, _SETREGSET = 0x4204, 0x4205
_SEIZE, _LISTEN = 0x4206, 0x4208
EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC, EVENT_EXIT, EVENT_STOP = 1, 2, 3, 4, 6, 128
_FOLLOWED = (EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC, EVENT_EXIT)
_OPTIONS = sum(1 << event for event in _FOLLOWED)
_GENERAL = 1  # NT_PRSTATUS of linux/elf.h

# linux/prctl.h
_SET_PDEATHSIG = 1
_SET_PTRACER = 0x59616D61

_libc = ctypes.CDLL(None, use_errno=True)
_ptrace = _libc.ptrace
_ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_ptrace.restype = ctypes.c_long
_prctl = _libc.prctl
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_prctl.restype = ctypes.c_int


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def seize(pid: int) -> None:
    """Follow ``pid`` and all that it starts; it goes on meanwhile. Raises ``OSError``.

    Nothing is to kill it when the tracer dies: the kernel lets it go then.
    """
    if _ptrace(_SEIZE, pid, None, _OPTIONS):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def go_on(pid: int, signal: int = 0) -> None:
    """Let a stopped ``pid`` go on, with ``signal`` delivered. One that was killed is left."""
    _ptrace(_CONT, pid, None, signal)


def listen(pid: int) -> None:
    """Leave a ``pid`` stopped as it is without a tracer: until SIGCONT."""
    _ptrace(_LISTEN, pid, None, None)


def let_go(pid: int) -> None:
    """Let a stopped ``pid`` go on, and follow it no longer."""
    _ptrace(_DETACH, pid, None, None)


def message(pid: int) -> int:
    """Return what the event of a stopped ``pid`` is about: the new process or thread."""
    value = ctypes.c_ulong()
    _ptrace(_GETEVENTMSG, pid, None, ctypes.addressof(value))
    return value.value


def registers(pid: int, count: int) -> Tuple[int, ...]:
    """Return the ``count`` general registers of a stopped ``pid``. Raises ``OSError``."""
    values = (ctypes.c_uint64 * count)()
    _transfer(_GETREGSET, pid, values)
    return tuple(values)


def set_registers(pid: int, values: Tuple[int, ...]) -> None:
    """Set the general registers of a stopped ``pid``. Raises ``OSError``."""
    _transfer(_SETREGSET, pid, (ctypes.c_uint64 * len(values))(*values))


def allow(tracer: int) -> None:
    """Allow ``tracer`` to follow this process: Yama asks for that where it is no ancestor."""
    _prctl(_SET_PTRACER, tracer, 0, 0, 0)


def die_with_parent(signal: int) -> None:
    """Ask for ``signal`` when the process ends that started this one."""
    _prctl(_SET_PDEATHSIG, signal, 0, 0, 0)


def _transfer(request: int, pid: int, values: Any) -> None:
    vector = _Vector(ctypes.addressof(values), ctypes.sizeof(values))
    if _ptrace(request, pid, _GENERAL, ctypes.addressof(vector)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if vector.length != ctypes.sizeof(values):
        raise OSError("a process of another architecture")
