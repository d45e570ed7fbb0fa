"""What each watched system call is about, as its arguments tell."""

from __future__ import annotations

import os
import socket
import struct

from ...observer.journal import start_of
from .memory import Memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, Sequence, Set, Tuple

    from .files import Opened
    from .journal import Journal
    from .numbers import Machine

__all__ = ["Calls"]

_HERE = -100  # AT_FDCWD of linux/fcntl.h
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_ADDRESSES = {socket.AF_INET: (8, slice(4, 8)), socket.AF_INET6: (24, slice(8, 24))}
_MOST_HOSTS = 1000
_RING = "io_uring was used: files that were opened through it were not seen"
_FILTER = "a program asked to be notified of system calls itself, which only one can be"


class Calls:
    """Takes the calls of ``task``, a process or thread that waits; ``note`` says what is unseen."""

    def __init__(
        self, machine: Machine, folder: str, files: Opened, journal: Journal,
        note: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._events = os.path.join(folder, "events")
        self._files = files
        self._journal = journal
        self._note = note
        self._noted: Set[str] = set()
        self._hosts: Set[Tuple[str, int]] = set()
        self._memory = Memory()
        self._takers: Dict[int, Callable[[int, Sequence[int]], None]] = {
            number: getattr(self, "_" + name) for name, number in machine.calls.items()
        }
        self._takers[machine.seccomp] = self._seccomp

    def take(self, number: int, task: int, arguments: Sequence[int]) -> None:
        """Take one call, before it is done. Raises ``OSError`` where it cannot be looked at."""
        self._takers[number](task, arguments)

    def _open(self, task: int, arguments: Sequence[int]) -> None:
        self._opened(task, _HERE, arguments[0], arguments[1])

    def _creat(self, task: int, arguments: Sequence[int]) -> None:
        self._opened(task, _HERE, arguments[0], _CREATE)

    def _openat(self, task: int, arguments: Sequence[int]) -> None:
        self._opened(task, arguments[0], arguments[1], arguments[2])

    def _openat2(self, task: int, arguments: Sequence[int]) -> None:
        (flags,) = struct.unpack("=Q", self._memory.take(task, arguments[2], 8))
        if not flags & os.O_PATH:
            self._opened(task, arguments[0], arguments[1], flags)

    def _opened(self, task: int, folder: int, place: int, flags: int) -> None:
        path = self._path(task, folder, place)
        if self._files.is_listing(flags):
            if not self._tells_itself(task):
                self._files.list_of(path)
        elif path:
            self._files.called(path, flags & 0xFFFFFFFF)

    def _rename(self, task: int, arguments: Sequence[int]) -> None:
        self._moved(task, (_HERE, arguments[0], _HERE, arguments[1]))

    def _renameat(self, task: int, arguments: Sequence[int]) -> None:
        self._moved(task, arguments)

    _renameat2 = _renameat

    def _moved(self, task: int, arguments: Sequence[int]) -> None:
        source = self._path(task, arguments[0], arguments[1])
        target = self._path(task, arguments[2], arguments[3])
        if os.path.lexists(source):
            self._files.renamed(source, target, -1, -1)

    def _link(self, task: int, arguments: Sequence[int]) -> None:
        self._linkat(task, (_HERE, arguments[0], _HERE, arguments[1]))

    def _linkat(self, task: int, arguments: Sequence[int]) -> None:
        source = self._path(task, arguments[0], arguments[1])
        self._files.linked(source, self._path(task, arguments[2], arguments[3]))

    def _unlink(self, task: int, arguments: Sequence[int]) -> None:
        self._files.removed(self._path(task, _HERE, arguments[0]), -1)

    def _unlinkat(self, task: int, arguments: Sequence[int]) -> None:
        self._files.removed(self._path(task, arguments[0], arguments[1]), -1)

    def _truncate(self, task: int, arguments: Sequence[int]) -> None:
        self._files.truncated(self._path(task, _HERE, arguments[0]), None)

    def _mkdir(self, task: int, arguments: Sequence[int]) -> None:
        self._files.made(self._path(task, _HERE, arguments[0]), None, -1)

    def _mkdirat(self, task: int, arguments: Sequence[int]) -> None:
        self._files.made(self._path(task, arguments[0], arguments[1]), None, -1)

    def _connect(self, task: int, arguments: Sequence[int]) -> None:
        """Note a host; a Python process tells its own, by the names that it was given."""
        data = self._memory.take(task, arguments[1], min(arguments[2], 128))
        family = struct.unpack("=H", data[:2])[0]
        if family not in _ADDRESSES:
            return
        size, where = _ADDRESSES[family]
        host = socket.inet_ntop(family, data[:size][where])
        port = struct.unpack(">H", data[2:4])[0]
        key = (host, port)
        if not port or key in self._hosts or len(self._hosts) >= _MOST_HOSTS:
            return
        if not self._tells_itself(task):
            self._hosts.add(key)
            self._journal.write("network", host=host, port=port)

    def _io_uring_setup(self, _task: int, _arguments: Sequence[int]) -> None:
        self._once(_RING)

    def _seccomp(self, _task: int, _arguments: Sequence[int]) -> None:
        self._once(_FILTER)

    def _once(self, text: str) -> None:
        if text not in self._noted:
            self._noted.add(text)
            self._note(text)

    def _path(self, task: int, folder: int, place: int) -> str:
        """Return the absolute path of the text at ``place``, ``""`` for none."""
        name = os.fsdecode(self._memory.text(task, place))
        if not name or name.startswith("/"):
            return name
        number = folder & 0xFFFFFFFF
        if number == _HERE & 0xFFFFFFFF:
            return os.path.join(os.readlink("/proc/%d/cwd" % task), name)
        return os.path.join(os.readlink("/proc/%d/fd/%d" % (task, number)), name)

    def _tells_itself(self, task: int) -> bool:
        """Say whether a process has a journal of its own, which knows more."""
        with open("/proc/%d/status" % task, "rb") as file:
            process = file.read().partition(b"\nTgid:\t")[2].partition(b"\n")[0].decode("ascii")
        name = "%s-%s.jsonl" % (process, start_of(process))
        return os.path.exists(os.path.join(self._events, name))
