"""The tracer as the keeper has it: started before the command, which waits until it is followed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Tuple

    from .syscalls.attach import Attachment

__all__ = ["Follower", "follower"]

_PATIENCE = 5.0
_STEP = 0.002
_STANDARD = 2
_LOST = "the tracer ended too early: programs that were started later were not seen"


class Follower:
    """None at all. What it does is nothing, and what it knows is why."""

    def __init__(self, note: str = "") -> None:
        self._note = note

    def ready(self) -> None:
        """Wait in the command's process, before it executes anything, until it is followed."""

    def started(self) -> None:
        """Take note, in the keeper, that the command was started, or could not be."""

    def finish(self) -> List[str]:
        """End it, once the command has ended; return what there is to know about it."""
        return [self._note] if self._note else []


class _Follower(Follower):
    """A process that follows the command.

    The command writes its number into ``control`` and waits at the ``gate``, which opens when the
    tracer follows it, and by itself when the tracer is no more. By the ``attachment``, if there is
    one, its system calls come to the tracer too.
    """

    def __init__(self, folder: str, attachment: Optional[Attachment], note: str) -> None:
        from . import ptrace

        super().__init__(note)
        self._attachment = attachment
        self._allow = ptrace.allow
        control = os.pipe()
        gate = os.pipe()
        if min(*control, *gate) <= _STANDARD:
            raise OSError("a standard stream is closed")
        keeper = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(control[1])
            os.close(gate[0])
            _follow(folder, control[0], gate[1], keeper, attachment)
        os.close(control[0])
        os.close(gate[1])
        self._control, self._gate = control[1], gate[0]
        if attachment is not None:
            attachment.forked()

    def ready(self) -> None:
        self._allow(self._pid)
        try:
            os.write(self._control, b"%d" % os.getpid())
            os.read(self._gate, 1)
        except OSError:
            pass
        if self._attachment is not None:
            self._attachment.install()

    def started(self) -> None:
        os.close(self._control)
        os.close(self._gate)
        if self._attachment is not None:
            self._attachment.started()

    def finish(self) -> List[str]:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        end = time.monotonic() + _PATIENCE
        while True:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                return super().finish() + ([] if status == 0 else [_LOST])
            if time.monotonic() > end:
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
                return [_LOST]
            time.sleep(_STEP)


def follower(folder: str, how: str) -> Follower:
    """Return who follows the command's processes, unless ``how`` is *python*, if it can be done.

    To be called while this process has one thread only.
    """
    if how == "python":
        return Follower()
    attachment, note = _attachment() if how == "syscalls" else (None, "")
    try:
        return _Follower(folder, attachment, note)
    except (ImportError, AttributeError, OSError) as error:
        return Follower("processes could not be followed: %s" % error)


def _attachment() -> Tuple[Optional[Attachment], str]:
    try:
        from .syscalls.attach import Attachment

        return Attachment(), ""
    except (ImportError, AttributeError, OSError) as error:
        return None, "system calls were not watched: %s" % error


def _follow(
    folder: str, control: int, gate: int, keeper: int, attachment: Optional[Attachment]
) -> None:
    """Be the tracer, and never return."""
    status = 1
    try:
        from .tracer import Tracer

        _stand_aside(keeper)
        tracer = Tracer(folder)
        number = os.read(control, 32)
        os.close(control)
        followed = bool(number) and tracer.seize(int(number))
        os.close(gate)
        listener = attachment.listener(folder, tracer.note) if attachment is not None else None
        told = tracer.run() if followed else False
        if attachment is not None and listener is not None:
            listener.finish(told)
            attachment.hand_over()
        tracer.close()
        status = 0
    except BaseException:
        pass
    finally:
        os._exit(status)


def _stand_aside(keeper: int) -> None:
    """Leave the terminal and the streams alone, and end when the keeper does."""
    from . import ptrace

    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGTERM])
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    ptrace.die_with_parent(signal.SIGTERM)
    if os.getppid() != keeper:
        os._exit(1)
