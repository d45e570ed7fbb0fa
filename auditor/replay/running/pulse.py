"""A sign of life for the recorder in the container, which ends the run where it stays away."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.model.plan import Mount

__all__ = ["PULSE", "Pulse"]

PULSE = "/opt/auditor/pulse"


class Pulse:
    """A file below ``work`` whose time says that this process lives."""

    def __init__(self, work: Path) -> None:
        self._place = work / "pulse"
        self._place.touch(mode=0o644)

    @property
    def mount(self) -> Mount:
        """Return the mount of the file."""
        return Mount(source=str(self._place), target=PULSE, read_only=True)

    def beat(self) -> None:
        """Give a sign of life."""
        os.utime(self._place)
