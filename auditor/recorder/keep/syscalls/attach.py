"""How the listener comes from the command to the tracer, and to who stands in for it.

A call that nobody answers fails with ENOSYS. So there is one more process, which waits until the
tracer is no more, because it was killed or because the run has ended, and then lets all calls
of what lives on go on.
"""

from __future__ import annotations

import os
import signal
import socket
from array import array

from .filter import install
from .listener import Listener, answer
from .notify import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Optional, Tuple

__all__ = ["Attachment", "why_not"]

_UNWATCHED = "system calls were not watched: %s"
_LESS = b"no new rights"


class Attachment:
    """Made in the keeper, while it has one thread, before the tracer is started."""

    def __init__(self) -> None:
        self._page = Page()
        self._tracer, self._to_tracer = socket.socketpair()
        stand_in, self._to_stand_in = socket.socketpair()
        tracer_ends, self._alive = os.pipe()
        if os.fork() == 0:
            _stand_in(stand_in.fileno(), tracer_ends, self._page)
        stand_in.close()
        os.close(tracer_ends)

    def install(self) -> None:
        """Put this process, which is to become the command, under the filter."""
        try:
            listener, less = install()
        except (OSError, AttributeError, ValueError) as error:
            self._to_tracer.send(b"!" + str(error).encode("utf-8", "replace"))
            return
        passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [listener]))]
        self._to_stand_in.sendmsg([b"."], passed)
        self._to_tracer.sendmsg([_LESS if less else b"."], passed)
        os.close(listener)

    def started(self) -> None:
        """Leave it, in the keeper, to the others."""
        for end in (self._tracer, self._to_tracer, self._to_stand_in):
            end.close()

    def forked(self) -> None:
        """Leave, in the keeper, the sign of life to the tracer."""
        os.close(self._alive)

    def listener(self, folder: str, note: Callable[[str], None]) -> Optional[Listener]:
        """Return, in the tracer, the listener at work; ``None``, and a note, where there is none.

        Waits for the command's process.
        """
        self._to_tracer.close()
        self._to_stand_in.close()
        said, descriptor = _received(self._tracer)
        if descriptor < 0:
            if said:
                note(_UNWATCHED % said[1:].decode("utf-8", "replace"))
            return None
        try:
            listener = Listener(folder, descriptor, self._page, note)
        except (OSError, ValueError, AttributeError) as error:
            os.close(descriptor)
            note(_UNWATCHED % error)
            os.close(self._alive)  # the stand-in takes over
            return None
        self._listener = descriptor
        listener.start()
        return listener

    def hand_over(self) -> None:
        """Leave, in the tracer, what still lives to the stand-in, or to a child if that is dead."""
        try:
            os.write(self._alive, b".")
        except OSError:
            if os.fork() == 0:
                try:
                    answer(self._listener, self._page)
                finally:
                    os._exit(0)


def why_not() -> str:
    """Return why system calls cannot be watched here, ``""`` if they can."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            install()
        except BaseException as error:
            os.write(write, str(error).encode("utf-8", "replace"))
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as file:
        reason = file.read()
    os.waitpid(child, 0)
    return reason.decode("utf-8", "replace")


def _stand_in(receiving: int, tracer: int, page: Page) -> None:
    """Be the stand-in, and never return."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        os.setsid()
        os.chdir("/")
        _close_all_but((receiving, tracer))
        _said, listener = _received(socket.socket(fileno=receiving))
        if listener >= 0:
            os.read(tracer, 1)  # the end, where the tracer was killed
            answer(listener, page)
    except BaseException:
        pass
    finally:
        os._exit(0)


def _received(end: socket.socket) -> Tuple[bytes, int]:
    """Return what is said and the descriptor that comes with it, -1 for none."""
    room = socket.CMSG_SPACE(4)
    said, passed, _flags, _address = end.recvmsg(4096, room)
    end.close()
    for level, kind, data in passed:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            return said, array("i", data[:4])[0]
    return said, -1


def _close_all_but(kept: Iterable[int]) -> None:
    """Close everything else: who reads what the keeper writes waits for its end."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        if number > 2 and number not in kept:  # noqa: PLR2004 - the standard streams
            try:
                os.close(number)
            except OSError:  # the one of the listing itself
                pass
