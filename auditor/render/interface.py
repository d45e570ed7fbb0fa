"""What every report format is."""

from __future__ import annotations

from typing import Protocol

from auditor.model.audit import Audit

__all__ = ["Renderer"]


class Renderer(Protocol):
    """One format. It looks nothing up and reads no clock: the same audit gives the same bytes."""

    def __call__(self, audit: Audit) -> bytes:
        """Return the report. Raises ``MachineError`` where the machine cannot make it."""
        ...
