"""What can go wrong for a reason the user can act on: one clear line, a hint, an exit status."""

from __future__ import annotations

__all__ = [
    "AuditorError",
    "EngineError",
    "InputError",
    "IntegrityError",
    "MachineError",
    "NotReplayedError",
]


class AuditorError(Exception):
    """A failure with one clear line, a hint that mends it, and the exit status it ends with.

    Anything else that reaches the command line is a bug in auditor and ends with 70.
    """

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "", details: tuple[str, ...] = ()) -> None:
        """Take the one line to print and, if there is a way out, the hint printed under it.

        ``details`` are further lines of the same kind, where there is more than one fault.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details


class InputError(AuditorError):
    """Wrong usage, or input that cannot be read (a missing, truncated or newer document)."""

    exit_code = 2


class NotReplayedError(AuditorError):
    """The run could not be replayed: environment not rebuilt, input missing or changed."""

    exit_code = 3


class EngineError(NotReplayedError):
    """No container engine answers, or it went away or refused in the middle."""


class IntegrityError(AuditorError):
    """Bytes do not have the digest they are filed under, or a signature does not match."""

    exit_code = 5


class MachineError(AuditorError):
    """The machine refuses: disk full, permission, a missing system library."""

    exit_code = 74
