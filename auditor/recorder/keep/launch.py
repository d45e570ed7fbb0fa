"""Starts the command as a shell would: its own signals, its own environment, our pipes."""

from __future__ import annotations

import errno
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Mapping, Sequence

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
    argv: Sequence[str], variables: Mapping[str, str], stdin: int, stdout: int, stderr: int
) -> int:
    """Start ``argv`` and return its process id; closes the two descriptors of its output here.

    No signal is blocked in it, and those that Python ignores are not ignored. Raises
    ``StartError``.
    """
    actions = [
        (os.POSIX_SPAWN_DUP2, stdout, 1),
        (os.POSIX_SPAWN_DUP2, stderr, 2),
    ]
    if stdin:
        actions.append((os.POSIX_SPAWN_DUP2, stdin, 0))
    try:
        return os.posix_spawnp(
            argv[0],
            list(argv),
            variables,
            file_actions=actions,
            setsigmask=(),
            setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
        )
    except OSError as error:
        raise StartError(argv[0], error) from None
    finally:
        os.close(stdout)
        os.close(stderr)
