"""Programs with other rights (``sudo``, ``ping``): a tracer without privileges would take them.

The kernel ignores set-id bits and file capabilities of what a traced process executes. Such a
program has just begun when it is seen, and has done nothing yet: it is made to execute itself
again, with the same arguments, once nobody traces it.
"""

from __future__ import annotations

import os
import struct

from . import ptrace
from .look import auxiliary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, Tuple

__all__ = ["gets_no_new", "has_other_rights", "is_privileged", "start_again"]

_SYS_PTRACE = 19  # linux/capability.h
_SET_USER, _SET_GROUP, _GROUP_EXECUTES = 0o4000, 0o2000, 0o010
_AT_EXECFN = 31
_WORD = 8

# execve(path, argv, envp), and exit_group(126) if that fails.
_X86_64 = bytes.fromhex("b83b000000 0f05 bf7e000000 b8e7000000 0f05".replace(" ", ""))
_AARCH64 = struct.pack(
    "<7I",
    0xAA0303E0,  # mov x0, x3: the kernel still writes the result of the first execve to x0
    0xD2801BA8,  # mov x8, #221
    0xD4000001,  # svc #0
    0xD2800FC0,  # mov x0, #126
    0xD2800BC8,  # mov x8, #94
    0xD4000001,  # svc #0
    0xD503201F,  # nop
)


def is_privileged() -> bool:
    """Say whether this process has CAP_SYS_PTRACE: what it traces then keeps its rights."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) >> _SYS_PTRACE & 1)
    return False


def gets_no_new(pid: int) -> bool:
    """Say whether ``pid`` gets no more rights by what it executes: see PR_SET_NO_NEW_PRIVS."""
    try:
        with open("/proc/%d/status" % pid, "rb") as file:
            return b"\nNoNewPrivs:\t1\n" in file.read()
    except OSError:
        return False


def has_other_rights(path: str) -> bool:
    """Say whether the program at ``path`` has set-id bits or capabilities."""
    try:
        mode = os.stat(path).st_mode
        if mode & _SET_USER or (mode & _SET_GROUP and mode & _GROUP_EXECUTES):
            return True
        return bool(os.getxattr(path, "security.capability"))
    except OSError:
        return False


def start_again(pid: int) -> None:
    """Make ``pid``, stopped at its very beginning, execute its program again.

    Raises ``OSError`` where that cannot be done, and has then changed nothing.
    """
    prepare = _MACHINES.get(os.uname().machine)
    place = auxiliary(pid).get(_AT_EXECFN, 0)
    if prepare is None or not place:
        raise OSError("not on this architecture")
    descriptor = os.open("/proc/%d/mem" % pid, os.O_RDWR | os.O_CLOEXEC)
    try:
        if os.pread(descriptor, 8, place) == b"/dev/fd/":
            raise OSError("it was started by a descriptor that is closed now")
        prepare(pid, descriptor, place)
    except OverflowError as error:
        raise OSError(str(error)) from None
    finally:
        os.close(descriptor)


def _x86_64(pid: int, memory: int, path: int) -> None:
    values = list(ptrace.registers(pid, 27))
    instruction, stack = values[16], values[19]
    argv, envp = _vectors(memory, stack)
    values[14], values[13], values[12] = path, argv, envp  # rdi, rsi, rdx
    os.pwrite(memory, _X86_64, instruction)
    ptrace.set_registers(pid, tuple(values))


def _aarch64(pid: int, memory: int, path: int) -> None:
    values = list(ptrace.registers(pid, 34))
    stack, instruction = values[31], values[32]
    values[1], values[2] = _vectors(memory, stack)
    values[3] = path
    os.pwrite(memory, _AARCH64, instruction)
    ptrace.set_registers(pid, tuple(values))


def _vectors(memory: int, stack: int) -> Tuple[int, int]:
    """Return where argv and envp are on the stack of a program that has not begun."""
    (count,) = struct.unpack("=Q", os.pread(memory, _WORD, stack))
    argv = stack + _WORD
    return argv, argv + _WORD * (count + 1)


_MACHINES: Dict[str, Callable[[int, int, int], None]] = {"x86_64": _x86_64, "aarch64": _aarch64}
