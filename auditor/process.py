"""Running one child in the foreground: signals are passed on, and it is waited for to the end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO

__all__ = ["supervise"]

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SENT_BY_PROCESS = 0  # SI_USER: sent by kill(2), and not by the terminal to the whole group


def supervise(
    argv: Sequence[str], *, stdout: IO[bytes] | int | None, env: Mapping[str, str] | None = None
) -> int:
    """Run ``argv`` until it ends and return its exit status, 128+n for signal n.

    The terminal sends Ctrl-C to the whole foreground group, so the child has it already; a signal
    that another process sent to this one is passed on. Must be called from the main thread.
    """
    watched = {*_PASSED_ON, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    try:
        child = subprocess.Popen(argv, stdout=stdout, env=env)
        while child.poll() is None:
            received = signal.sigtimedwait(watched, 1.0)
            if received is None or received.si_signo == signal.SIGCHLD:
                continue
            if received.si_code == _SENT_BY_PROCESS:
                child.send_signal(received.si_signo)
        return child.returncode if child.returncode >= 0 else 128 - child.returncode
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
