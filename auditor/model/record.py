"""The base of every record: frozen, keyword-only, unknown members refused."""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

__all__ = ["Record", "record_of"]

T = TypeVar("T")

_one_at_a_time = threading.Lock()


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value. Change it with ``msgspec.structs.replace``; sequences are tuples."""


def record_of(value: Any, kind: type[T]) -> T:  # noqa: ANN401 - what JSON can carry
    """Return the record of type ``kind`` that ``value`` describes.

    Raises ``msgspec.ValidationError``.
    """
    # msgspec learns a type at its first use, and crashes where two threads have it do so at once.
    with _one_at_a_time:
        return msgspec.convert(value, kind)
