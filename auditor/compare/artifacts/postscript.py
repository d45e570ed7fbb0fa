"""PostScript: what is drawn, line by line; when and by what it was written means nothing.

The comments that say so are those of Adobe's Document Structuring Conventions 3.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.plain import PlainText
from auditor.compare.values.difference import Found
from auditor.compare.values.text.lines import compare_lines

__all__ = ["PostScript"]

_MAGIC = b"%!PS"
_ASIDE = ("%%CreationDate:", "%%Creator:", "%%For:", "%%Title:")


class PostScript:
    """Compares drawings as text, for nothing in them is run."""

    name = "PostScript drawing"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.ps`` and ``.eps`` that start as PostScript does."""
        return path.lower().endswith((".ps", ".eps")) and (not head or head.startswith(_MAGIC))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two drawings. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        one, other = _Drawing(a), _Drawing(b)
        compare_lines(one.lines(), other.lines(), scope, found)
        differing = [key for key in _ASIDE if one.aside.get(key) != other.aside.get(key)]
        if differing:
            keys = ", ".join(key.strip("%:") for key in differing)
            found.note(f"what the file says of itself differs: {keys}")
        return found.result()


class _Drawing:
    """One file: ``aside`` is what it says of itself, once its lines were gone through."""

    def __init__(self, path: Path) -> None:
        self.aside: dict[str, str] = {}
        self._text = PlainText(path)

    def lines(self) -> Iterator[str]:
        """Yield all lines, of those that are set aside only how they start."""
        for line in self._text.lines():
            key = next((key for key in _ASIDE if line.startswith(key)), None)
            if key is None:
                yield line
            else:
                self.aside[key] = line
                yield key
