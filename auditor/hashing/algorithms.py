"""The algorithms that files are hashed with: SHA-256 (FIPS 180-4), and BLAKE3 if installed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from auditor.errors import InputError

__all__ = ["ALGORITHMS", "Hasher", "algorithm_of", "hasher_of"]

ALGORITHMS = ("sha256", "blake3")


class Hasher(Protocol):
    """What ``hashlib`` and ``blake3`` hand out alike."""

    def update(self, data: bytes | bytearray | memoryview, /) -> object:
        """Take in more of the content."""

    def digest(self) -> bytes:
        """Return the digest of what was taken in: 32 bytes in both algorithms."""

    def hexdigest(self) -> str:
        """Return the digest of what was taken in, as hexadecimal digits."""


def hasher_of(algorithm: str) -> Callable[[bytes], Hasher]:
    """Return what makes a hasher that begins with some bytes.

    Raises ``InputError`` for another algorithm, and where the library of one is not installed.
    """
    match algorithm:
        case "sha256":
            return hashlib.sha256
        case "blake3":
            return _blake3()
    known = " and ".join(ALGORITHMS)
    raise InputError(f"files are not hashed with {algorithm!r}", hint=f"there are {known}")


def algorithm_of(digest: str) -> str:
    """Return the algorithm that a digest names. Raises ``InputError`` if it is another."""
    algorithm, _colon, digits = digest.partition(":")
    if algorithm not in ALGORITHMS or not digits:
        raise InputError(f"{digest!r} is no digest of {' or '.join(ALGORITHMS)}")
    return algorithm


def _blake3() -> Callable[[bytes], Hasher]:
    try:
        from blake3 import blake3  # noqa: PLC0415 - late: only some users have it
    except ImportError:
        raise InputError(
            "BLAKE3 needs a library that is not installed",
            hint="install it with: pip install 'auditor[blake3]'",
        ) from None
    return blake3
