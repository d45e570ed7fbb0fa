"""Small documents in the user's cache, by kind and key: what is costly to ask a second time."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from auditor.errors import InputError
from auditor.model.canonical import canonical, decode
from auditor.model.digest import digest_bytes, hex_of
from auditor.model.record import Record
from auditor.store.atomic import atomic

__all__ = ["recall", "remember"]

T = TypeVar("T", bound=Record)


def recall(cache: Path, kind: str, key: str, what: type[T]) -> T | None:
    """Return what was remembered, or ``None``; a document that cannot be read counts as none."""
    try:
        return decode(_place(cache, kind, key).read_bytes(), what, what="a cached document")
    except (OSError, InputError):
        return None


def remember(cache: Path, kind: str, key: str, document: Record) -> None:
    """Keep a document. Raises ``MachineError``."""
    with atomic(_place(cache, kind, key)) as file:
        file.write(canonical(document))


def _place(cache: Path, kind: str, key: str) -> Path:
    return cache / kind / f"{hex_of(digest_bytes(key.encode()))[:32]}.json"
