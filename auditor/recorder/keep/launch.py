"""Starts the command as a shell would: its own signals, its own environment, our pipes."""

from __future__ import annotations

import errno
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, Sequence

__all__ = ["StartError", "environment", "launch"]

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class StartError(Exception):
    """The command could not be started; ``code`` is what a shell would exit with."""

    def __init__(self, command: str, error: OSError) -> None:
        super().__init__("cannot run %s: %s" % (command, error.strerror))
        self.code = _NOT_FOUND if error.errno == errno.ENOENT else _NOT_EXECUTABLE


def environment(observation: str, inject: str) -> Dict[str, str]:
    """Return this process's environment with the recorder in it."""
    variables = dict(os.environ)
    before = variables.get("PYTHONPATH", "")
    variables["PYTHONPATH"] = inject + (":" + before if before else "")
    variables["AUDITOR_OBSERVATION"] = observation
    return variables


def launch(
    argv: Sequence[str],
    variables: Dict[str, str],
    stdin: int,
    stdout: int,
    stderr: int,
    ready: Callable[[], None] = lambda: None,
) -> int:
    """Start ``argv`` and return its process id; closes the two descriptors of its output here.

    ``ready`` is called in the new process before it becomes the command. No signal is blocked in
    it, and those that Python ignores are not ignored. To be called by the main thread. Raises
    ``StartError``.
    """
    failed, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(argv, variables, (stdin, stdout, stderr), ready, tell)
    for descriptor in (tell, stdout, stderr):
        os.close(descriptor)
    try:
        number = os.read(failed, 16)  # the end, when the command has taken the place
    finally:
        os.close(failed)
    if number:
        os.waitpid(pid, 0)
        raise StartError(argv[0], OSError(int(number), os.strerror(int(number))))
    return pid


def _become(
    argv: Sequence[str],
    variables: Dict[str, str],
    streams: Sequence[int],
    ready: Callable[[], None],
    tell: int,
) -> None:
    """Be the command, and never return."""
    number = errno.EINVAL
    try:
        ready()
        for target, source in enumerate(streams):
            if source != target:
                os.dup2(source, target)
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # as exec has it; no handler of Python's
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.execvpe(argv[0], list(argv), variables)  # noqa: S606 - no shell is wanted
    except OSError as error:
        number = error.errno or number
    except BaseException:
        pass
    finally:
        os.write(tell, b"%d" % number)
        os._exit(_NOT_FOUND)
