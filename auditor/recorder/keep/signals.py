"""Waits for the command, and passes on the signals that were meant for it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

__all__ = ["Ending", "attend", "block", "watched"]

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_KIBIBYTE = 1024


class Ending:
    """How the command ended; ``code`` as a shell has it."""

    def __init__(self, status: int, usage: Any, *, interrupted: bool) -> None:
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        self.code = 128 + self.signal if self.signal else os.WEXITSTATUS(status)
        self.interrupted = interrupted
        self._usage = usage

    def record(self) -> Dict[str, Any]:
        """Return the members of the exit record; CPU in seconds, memory in bytes."""
        name = None if self.signal is None else _name(self.signal)
        usage = {
            "user": self._usage.ru_utime,
            "system": self._usage.ru_stime,
            "peak_memory": self._usage.ru_maxrss * _KIBIBYTE,
        }
        return {
            "code": self.code,
            "signal": name,
            "interrupted": self.interrupted,
            "usage": usage,
        }


def watched() -> List[int]:
    """Return the signals to pass on: not those that the caller (``nohup``) had ignored."""
    return [number for number in _FORWARDED if signal.getsignal(number) != signal.SIG_IGN]


def block() -> None:
    """Hold back all signals that ``attend`` takes; threads started later inherit this."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [*_FORWARDED, signal.SIGCHLD])


def attend(pid: int) -> Ending:
    """Wait for the command, passing on each signal that was sent to this process alone.

    A signal from the terminal reaches the command by itself.
    """
    interrupted = False
    taken = [*watched(), signal.SIGCHLD]
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return Ending(status, usage, interrupted=interrupted)
        info = signal.sigtimedwait(taken, 1.0)
        if info is None or info.si_signo == signal.SIGCHLD:
            continue
        interrupted = True
        if info.si_code <= 0:  # SI_USER, SI_QUEUE, SI_TKILL: a process sent it
            with suppress(ProcessLookupError):
                os.kill(pid, info.si_signo)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "SIG%d" % number
