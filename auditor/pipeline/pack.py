"""``auditor pack``: find, lock, and write the bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.model.record import Record
from auditor.pipeline.bundle import pack
from auditor.pipeline.lock import make_and_keep
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import find_original

__all__ = ["Packed", "pack_ref"]


class Packed(Record, frozen=True, kw_only=True):
    """What is not in the bundle: files whose content was not kept, and why there is no lock."""

    absent: tuple[str, ...]
    unlocked: str = ""


def pack_ref(ref: str, target: Path, cwd: Path, tell: Callable[[str], None]) -> Packed:
    """Write the bundle of the run that ``ref`` names. A lock that cannot be made is said so."""
    store = store_of(cwd)
    original = find_original(ref, store)
    unlocked = make_and_keep(original.id, original.fingerprint, store, tell)
    tell(f"writing {target}")
    header = pack(original.id, original.fingerprint, store, target)
    return Packed(absent=header.absent, unlocked=unlocked)
