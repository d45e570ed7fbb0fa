"""What ``/proc`` tells of a process that stands still: its program, its script, its libraries."""

from __future__ import annotations

import os
import re
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Set, Tuple

__all__ = ["Look", "auxiliary", "is_leader", "libraries", "look"]

_LONG = 8192
_MOST_WORDS = 1000
_FIRST_LINE = 256
_EXECUTABLE = re.compile(rb"^\S+ ..x. \S+ \S+ [1-9]\d* +(/.*)$", re.MULTILINE)
_DELETED = b" (deleted)"
_AT_EXECFN = 31  # linux/auxvec.h
_PAIR = struct.Struct("=QQ")


class Look:
    """A program that just began.

    ``path`` is how it was called, absolute, and ``real`` the file that it is. Of a script these
    are its interpreter's, and ``script`` its own path.
    """

    def __init__(self, path: str, real: str, script: str, argv: List[str], cwd: str) -> None:
        self.path = path
        self.real = real
        self.script = script
        self.argv = argv
        self.cwd = cwd


def look(pid: int) -> Look:
    """Return what runs in ``pid``, which has just executed it. Raises ``OSError``."""
    real = os.readlink("/proc/%d/exe" % pid)
    cwd = os.readlink("/proc/%d/cwd" % pid)
    words = _read("/proc/%d/cmdline" % pid, _LONG * 4).split(b"\0")[:-1]
    argv = [os.fsdecode(word)[:_LONG] for word in words[:_MOST_WORDS]]
    named = os.path.join(cwd, _called(pid) or real)
    path = os.path.join(os.path.realpath(os.path.dirname(named)), os.path.basename(named))
    if path == real or os.path.realpath(path) == real:
        return Look(path, real, "", argv, cwd)
    interpreter = _interpreter(named)
    if not interpreter:  # the kernel was told otherwise to run it, or it is gone already
        return Look(real, real, "", argv, cwd)
    return Look(os.path.join(cwd, interpreter), real, path, argv, cwd)


def libraries(pid: int) -> Set[str]:
    """Return the files that ``pid`` has mapped to execute, its program too. Raises ``OSError``."""
    found = set(_EXECUTABLE.findall(_read("/proc/%d/maps" % pid)))
    return {os.fsdecode(path) for path in found if not path.endswith(_DELETED)}


def is_leader(task: int) -> bool:
    """Say whether ``task`` is a process, not one of the further threads of one."""
    status = _read("/proc/%d/status" % task)
    return b"\nTgid:\t%d\n" % task in status


def auxiliary(pid: int) -> Dict[int, int]:
    """Return the auxiliary vector of a 64-bit ``pid``: see getauxval(3). Raises ``OSError``."""
    data = _read("/proc/%d/auxv" % pid)
    pairs: List[Tuple[int, int]] = list(_PAIR.iter_unpack(data[: len(data) // 16 * 16]))
    return dict(pairs)


def _called(pid: int) -> str:
    """Return the path that was given to execve(2), ``""`` where it cannot be told."""
    place = auxiliary(pid).get(_AT_EXECFN, 0)
    if not place:
        return ""
    descriptor = os.open("/proc/%d/mem" % pid, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # It is near the end of the stack, which may be nearer than the longest path
        return os.fsdecode(os.pread(descriptor, 4096, place).partition(b"\0")[0])
    except (OSError, OverflowError):
        return ""
    finally:
        os.close(descriptor)


def _interpreter(script: str) -> str:
    try:
        first = _read(script, _FIRST_LINE).partition(b"\n")[0]
    except OSError:
        return ""
    words = first[2:].split(None, 1) if first.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""


def _read(path: str, most: int = -1) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        parts = []
        while most:
            part = os.read(descriptor, 65536 if most < 0 else min(most, 65536))
            if not part:
                break
            parts.append(part)
            most = max(most - len(part), 0) if most > 0 else most
        return b"".join(parts)
    finally:
        os.close(descriptor)
