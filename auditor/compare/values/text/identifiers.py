"""Ids that a library generated anew in each run, by the order in which they appear."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Identifiers"]

# UUIDs (plotly, bokeh), T_ and 5 digits (pandas), 10 digits of a hash (matplotlib), 32 (altair,
# folium), 8 (nbconvert); the last only where they are the whole end of an id.
_GENERATED = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?<![0-9A-Za-z])T_[0-9a-f]{5}(?![0-9A-Za-z])"
    r"|image[0-9a-f]{10}(?![0-9a-f])"
    r"|(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{10})(?![0-9a-f])"
    r"|(?<=[=])[0-9a-f]{8}(?![0-9a-f])"
)


class Identifiers:
    """The generated parts of the ids that one document declares."""

    def __init__(self, declared: Iterable[str]) -> None:
        found = (part for one in declared for part in _GENERATED.findall(one))
        self._names = {part: f"id-{n}" for n, part in enumerate(dict.fromkeys(found), start=1)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identifiers) and list(self._names) == list(other._names)

    def __hash__(self) -> int:
        return hash(tuple(self._names))

    def replace(self, text: str) -> str:
        """Return ``text`` with each declared id by its number, wherever it is referred to."""
        if not self._names:
            return text
        return _GENERATED.sub(lambda match: self._names.get(match[0], match[0]), text)
