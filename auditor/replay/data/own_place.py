"""The place where the run found a file, for runs that this store's user recorded."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.replay.data.interface import Context, Wanted

__all__ = ["OwnPlace"]


class OwnPlace:
    """The recorded path itself; never for a fingerprint from elsewhere."""

    def __init__(self, context: Context) -> None:
        self.trusted = context.options.trusted

    def offers(self, wanted: Wanted) -> Iterator[str]:
        """Yield the place, if it may be looked at."""
        if self.trusted:
            yield wanted.place
