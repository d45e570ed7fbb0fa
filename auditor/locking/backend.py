"""What a lock is made with: something that tells which files the indexes have for a version."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec

from auditor.locking.pins import Pin
from auditor.locking.selection import Offer
from auditor.locking.target import Target
from auditor.model.record import Record

__all__ = ["Answer", "Backend", "Found"]


class Found(Record, frozen=True, kw_only=True):
    """One version as the indexes have it: the digests of all its files, sorted, and the files.

    ``offers`` may lack files that cannot be installed on the target.
    """

    hashes: tuple[str, ...]
    offers: tuple[Offer, ...]


class Answer(Record, frozen=True, kw_only=True):
    """What was found, by name, and why the others were not."""

    found: dict[str, Found] = msgspec.field(default_factory=dict)
    failures: dict[str, str] = msgspec.field(default_factory=dict)


class Backend(Protocol):
    """One program that asks the indexes that pip is configured with, and runs no package."""

    def find(self, pins: tuple[Pin, ...], target: Target, cache: Path) -> Answer:
        """Return what the indexes have for exactly ``pins``; a pin may be in neither part."""
        ...
