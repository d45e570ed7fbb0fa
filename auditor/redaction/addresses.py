"""Credentials in addresses."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from auditor.redaction.names import is_secret_name
from auditor.redaction.patterns import REDACTED

__all__ = ["url"]


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


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(is_secret_name(name) for name, _value in pairs):
        return query
    return urlencode(
        [(name, REDACTED if is_secret_name(name) else value) for name, value in pairs], safe="[]"
    )
