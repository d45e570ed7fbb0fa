"""What must not be kept: credentials in addresses and in command lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

__all__ = ["REDACTED", "arguments", "is_secret_name", "url"]

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"secret|token|passw|credential|api[_-]?key|auth|cookie|session|private", re.IGNORECASE
)


def is_secret_name(name: str) -> bool:
    """Say whether a variable or option of this name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name))


def url(address: str) -> str:
    """Return ``address`` without user information and without secret query values.

    What is no URL with a host (an scp-like ``git@host:path``, a path) comes back unchanged.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return REDACTED
    if not parts.netloc:
        return address
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host, query=_query(parts.query)))


def arguments(argv: Iterable[str]) -> tuple[str, ...]:
    """Return ``argv`` with the values of secret options, and secrets in URLs, redacted."""
    result: list[str] = []
    hide_next = False
    for argument in argv:
        option, equals, value = argument.partition("=")
        if hide_next and not argument.startswith("-"):
            result.append(REDACTED)
        elif equals and value and is_secret_name(option):
            result.append(f"{option}={REDACTED}")
        else:
            result.append(url(argument) if "://" in argument else argument)
        hide_next = argument.startswith("-") and not equals and is_secret_name(option)
    return tuple(result)


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(is_secret_name(name) for name, _value in pairs):
        return query
    return urlencode(
        [(name, REDACTED if is_secret_name(name) else value) for name, value in pairs], safe="[]"
    )
