"""Compressed single files: what they unpack to, by whichever comparator knows that."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.packed import gzip_header, unpack
from auditor.compare.values.difference import Found

__all__ = ["Compressed"]

# The suffix, how it is packed, and what stands for the suffix in the name of the content.
_KINDS = {
    ".tgz": ("gz", ".tar"),
    ".tbz2": ("bz2", ".tar"),
    ".txz": ("xz", ".tar"),
    ".svgz": ("gz", ".svg"),
    ".gz": ("gz", ""),
    ".bz2": ("bz2", ""),
    ".xz": ("xz", ""),
}


class Compressed:
    """Compares the contents; how well they are packed means nothing."""

    name = "compressed content"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.gz``, ``.bz2`` and ``.xz``, and their archives."""
        return PurePosixPath(path.lower()).suffix in _KINDS

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two compressed files. Raises ``Unreadable``, ``Undecided``."""
        path = PurePosixPath(scope.path)
        kind, suffix = _KINDS[path.suffix.lower()]
        name = path.name.removesuffix(path.suffix) + suffix
        found = Found()
        if kind == "gz" and gzip_header(a) != gzip_header(b):
            found.note("the time or the name in the gzip header differs")
        with tempfile.TemporaryDirectory() as folder:
            paths = (Path(folder, "a"), Path(folder, "b"))
            unpack(a, kind, paths[0])
            unpack(b, kind, paths[1])
            found.add(name, scope.member(name, *paths))
        return found.result()
