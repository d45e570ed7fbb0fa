"""Up to which size contents are kept: what holds for the original holds for its replays."""

from __future__ import annotations

from auditor.model.fingerprint import Fingerprint

__all__ = ["keep_of"]

_DEFAULT = 64 * 1024 * 1024


def keep_of(fingerprint: Fingerprint) -> int:
    """Return the size in bytes that the run was given, or the default where it is not known."""
    keep = fingerprint.record.keep.value
    return _DEFAULT if keep is None else keep
