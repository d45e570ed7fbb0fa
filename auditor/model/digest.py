"""Digests carry their algorithm: ``sha256:`` and 64 hexadecimal digits."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec

__all__ = ["Digest", "digest_bytes", "hex_of"]

Digest = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 digest (FIPS 180-4) of ``data`` with its algorithm."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def hex_of(digest: str) -> str:
    """Return the hexadecimal digits of a digest."""
    return digest.partition(":")[2]
