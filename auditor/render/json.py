"""JSON: the audit itself, of which every other format is a view."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.model.canonical import canonical

__all__ = ["render_json"]


def render_json(audit: Audit) -> bytes:
    """Return the audit's canonical JSON (RFC 8785)."""
    return canonical(audit)
