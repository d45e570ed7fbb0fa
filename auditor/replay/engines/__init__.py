"""Container engines: one file each behind ``Engine``."""

from __future__ import annotations

from auditor.replay.engines.abilities import Abilities
from auditor.replay.engines.connect import ENGINES, answering, connect
from auditor.replay.engines.interface import Container, Ended, Engine, Images

__all__ = [
    "ENGINES",
    "Abilities",
    "Container",
    "Ended",
    "Engine",
    "Images",
    "answering",
    "connect",
]
