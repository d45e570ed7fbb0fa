"""Whole files in memory without reading them: the machine fetches what is looked at."""

from __future__ import annotations

import mmap
from pathlib import Path

__all__ = ["mapped"]


def mapped(path: Path) -> memoryview:
    """Return the bytes of a file, mapped; arrays that are made from them keep the map alive."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
