"""The base of every record: frozen, keyword-only, unknown members refused."""

from __future__ import annotations

import msgspec

__all__ = ["Record"]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value. Change it with ``msgspec.structs.replace``; sequences are tuples."""
