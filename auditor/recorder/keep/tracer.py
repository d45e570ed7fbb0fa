"""The tracer: a process of its own that follows all processes of the run by ptrace(2).

It looks where a process begins, executes a program, or ends, and at no system call, so that what
it costs is by the process. Whatever becomes of it, the run goes on: the kernel lets go what a dead
tracer had followed.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from . import ptrace, rights
from .look import is_leader
from .programs import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Set

__all__ = ["Tracer"]

_ALL = os.WNOHANG | 0x40000000  # __WALL: threads too
_STOPS = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
_WOKEN = (signal.SIGCHLD, signal.SIGTERM)
# They follow processes themselves, and only one can.
_DEBUGGERS = frozenset(
    "strace ltrace gdb gdbserver cuda-gdb lldb lldb-server rr py-spy rbspy reprozip proot"
    " trace-cmd uftrace criu dlv".split()
)


class Tracer:
    """Follows ``pid``, its threads and its children until all have ended, or SIGTERM comes.

    The signals in ``_WOKEN`` must be blocked.
    """

    def __init__(self, folder: str) -> None:
        self._journal = Journal(folder)
        self._processes: Set[int] = set()
        self._threads: Set[int] = set()
        self._privileged = rights.is_privileged()
        self._other_rights: Dict[str, bool] = {}
        self._over = False

    def seize(self, pid: int) -> bool:
        """Begin with ``pid``; say whether it may be followed."""
        try:
            ptrace.seize(pid)
        except OSError as error:
            self._journal.note("processes could not be followed: %s" % error.strerror)
            return False
        self._processes.add(pid)
        return True

    def run(self) -> bool:
        """Follow until there is nothing to follow any more; say whether SIGTERM ended it."""
        while self._take_all() and not self._over:
            if signal.sigwaitinfo(_WOKEN).si_signo == signal.SIGTERM:
                return True
        return False

    def note(self, text: str) -> None:
        """Note where others of this process are blind."""
        self._journal.note(text)

    def close(self) -> None:
        """Look once more at what is still running, and write the end."""
        for pid in sorted(self._processes):
            if os.path.exists("/proc/%d/maps" % pid):
                self._journal.mapped(pid)
        self._journal.close()

    def _take_all(self) -> bool:
        """Take all that waits; say whether anything is followed still."""
        try:
            pid, status = os.waitpid(-1, _ALL)
            while pid and not self._over:
                self._take(pid, status)
                pid, status = os.waitpid(-1, _ALL)
        except ChildProcessError:
            return False
        return True

    def _take(self, pid: int, status: int) -> None:
        if not os.WIFSTOPPED(status):
            self._forget(pid)
            return
        event, number = status >> 16, os.WSTOPSIG(status)
        if event == ptrace.EVENT_STOP and number in _STOPS:
            ptrace.listen(pid)
        elif event == ptrace.EVENT_EXIT:
            self._ending(pid)
        elif event == ptrace.EVENT_EXEC:
            self._executed(pid)
        elif event == ptrace.EVENT_CLONE:
            self._threads.add(ptrace.message(pid))
            ptrace.go_on(pid)
        elif event in {ptrace.EVENT_FORK, ptrace.EVENT_VFORK}:
            self._processes.add(ptrace.message(pid))
            ptrace.go_on(pid)
        else:
            ptrace.go_on(pid, 0 if event else number)

    def _ending(self, pid: int) -> None:
        """Take a last look; that it ends is then for its parent alone to wait for."""
        if self._is_process(pid):
            self._journal.mapped(pid)
        self._forget(pid)
        ptrace.let_go(pid)

    def _executed(self, pid: int) -> None:
        self._threads.discard(pid)
        self._processes.add(pid)
        program = self._journal.executed(pid)
        if os.path.basename(program) in _DEBUGGERS:
            what = "%s follows processes itself: what was started after it was not seen"
            self._journal.note(what % os.path.basename(program))
            self._over = True  # to end is to let go of all
        elif rights.gets_no_new(pid) and self._has_other_rights(program):
            self._journal.note("%s ran without the rights of its own" % os.path.basename(program))
            ptrace.go_on(pid)
        elif not self._privileged and self._has_other_rights(program):
            self._leave(pid, program)
        else:
            ptrace.go_on(pid)

    def _leave(self, pid: int, program: str) -> None:
        name = os.path.basename(program)
        try:
            rights.start_again(pid)
            note = "%s runs with rights of its own: what it started was not seen" % name
        except OSError as error:
            note = "%s ran without the rights of its own: %s" % (name, error)
        self._journal.note(note)
        self._forget(pid)
        ptrace.let_go(pid)

    def _has_other_rights(self, program: str) -> bool:
        known = self._other_rights.get(program)
        if known is None:
            known = self._other_rights[program] = rights.has_other_rights(program)
        return known

    def _is_process(self, pid: int) -> bool:
        """Say whether ``pid`` is no thread; its parent's event may not have come yet."""
        if pid in self._processes:
            return True
        if pid in self._threads:
            return False
        with suppress(OSError):
            return is_leader(pid)
        return False

    def _forget(self, pid: int) -> None:
        self._processes.discard(pid)
        self._threads.discard(pid)
