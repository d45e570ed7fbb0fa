"""What was fetched before: auditor's cache, ``data/ab/cdef…`` by digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.model.digest import hex_of
from auditor.replay.data.interface import Context, Wanted

__all__ = ["Cached", "cache_place"]


class Cached:
    """The cache of fetched files, which all projects of a user share."""

    def __init__(self, context: Context) -> None:
        self.cache = context.cache

    def offers(self, wanted: Wanted) -> Iterator[str]:
        """Yield the file in the cache, if there is one."""
        place = cache_place(self.cache, wanted.digest)
        if place.is_file():
            yield str(place)


def cache_place(cache: Path, digest: str) -> Path:
    """Return where the content of ``digest`` lies in the cache, or will lie."""
    digits = hex_of(digest)
    return cache / "data" / digits[:2] / digits[2:]
