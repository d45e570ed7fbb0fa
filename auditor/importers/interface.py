"""What an importer is, and what a person may declare about a run that ended."""

from __future__ import annotations

from typing import Protocol

import msgspec

from auditor.model.observation import Observation
from auditor.model.record import Record

__all__ = ["Declared", "Importer", "Listed"]


class Declared(Record, frozen=True, kw_only=True):
    """What the caller says about the run. Paths are relative to the source, or absolute."""

    command: str = ""
    name: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    params: dict[str, str] = msgspec.field(default_factory=dict)
    requirements: str = ""
    log: str = ""


class Listed(Record, frozen=True, kw_only=True):
    """One run in a source, ``source`` being a reference that can be fingerprinted."""

    source: str
    name: str
    status: str


class Importer(Protocol):
    """Reads the finished runs of one system."""

    def recognises(self, source: str) -> bool:
        """Say whether ``source`` is of this system, by looking at it."""
        ...

    def runs(self, source: str) -> tuple[Listed, ...]:
        """Return the runs that ``source`` holds."""
        ...

    def read(self, source: str, declared: Declared) -> Observation:
        """Return what is known of the run. Raises ``InputError``."""
        ...
