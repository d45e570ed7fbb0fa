"""Digests of generators' states: two runs that drew alike end with the same ones."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

__all__ = ["digest_of"]


def digest_of(state: Optional[bytes]) -> Optional[str]:
    """Return the SHA-256 of a state's bytes, ``None`` where it could not be read."""
    return None if state is None else "sha256:" + _sha256(state).hexdigest()


def _sha256(data: bytes) -> Any:
    for name in ("hashlib", "_sha2", "_sha256"):  # the latter two load sooner
        if name in sys.modules or name != "hashlib":
            try:
                return __import__(name).sha256(data)
            except (ImportError, AttributeError):
                pass
    import hashlib

    return hashlib.sha256(data)
