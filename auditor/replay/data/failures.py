"""Why a file did not arrive, in words that hold no credentials."""

from __future__ import annotations

import re
from http import HTTPStatus

from auditor.replay.data.remote import shown

__all__ = ["NotFetchedError", "plain", "reason", "temporary"]

_ADDRESS = re.compile(r"[a-z0-9]+://[^\s'\")>]+")
_LONGEST = 200
_SERVER_ERROR = 500
_TOO_MANY = 429


class NotFetchedError(Exception):
    """A file did not arrive; the text says why, without naming it."""


def reason(error: BaseException) -> str:
    """Return one line for an error of fsspec and the libraries below it."""
    status = _status(error)
    if status:
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        return f"the server answered {status} {phrase}".rstrip()
    if isinstance(error, FileNotFoundError):
        # fsspec says so of whatever kept a web server from telling a size
        return reason(error.__cause__) if error.__cause__ else "there is no such file"
    if isinstance(error, PermissionError):
        return "access is denied with the credentials of this environment"
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    text = _ADDRESS.sub(lambda found: shown(found[0]), lines[0])
    return plain(text)[:_LONGEST]


def plain(text: str) -> str:
    """Return what others wrote as it may be shown: nothing in it moves a terminal's cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def temporary(error: BaseException) -> bool:
    """Say whether trying again may help: the connection broke, or the server is overloaded."""
    status = _status(error)
    if status:
        return status >= _SERVER_ERROR or status == _TOO_MANY
    known = isinstance(error, FileNotFoundError | PermissionError)
    # aiohttp's own errors of connections and payloads are not all OSError
    return not known and (
        isinstance(error, OSError) or type(error).__module__.startswith("aiohttp")
    )


def _status(error: BaseException | None) -> int:
    """Return the HTTP status behind an error, 0 for none."""
    while error is not None:
        status = getattr(error, "status", None)
        if isinstance(status, int) and status >= HTTPStatus.BAD_REQUEST:
            return status
        error = error.__cause__
    return 0
