"""Pickles, joblib's among them: what they would build, without building it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from auditor.compare.artifacts.documents import compare_documents
from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.joblib_arrays import unpacked
from auditor.compare.readers.pickle_files import read_pickles

__all__ = ["Pickle"]

_SUFFIXES = (".pkl", ".pickle", ".joblib")
_PACKED = (".gz", ".z", ".bz2", ".xz", ".lzma", ".zst", ".lz4")
# The protocols with frames: 4 and 5.
_MAGIC = (b"\x80\x04\x95", b"\x80\x05\x95")


class Pickle:
    """Compares objects by class and state; nothing in the file is imported or called."""

    name = "pickled objects"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.pkl``, ``.pickle``, ``.joblib``, also compressed, and framed pickles."""
        name = path.lower()
        for suffix in _PACKED:
            name = name.removesuffix(suffix)
        return name.endswith(_SUFFIXES) or head.startswith(_MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two files of pickles. Raises ``Unreadable``, ``Undecided``."""
        with tempfile.TemporaryDirectory() as folder:
            left = unpacked(a, Path(folder, "a"))
            right = unpacked(b, Path(folder, "b"))
            return compare_documents(read_pickles(left), read_pickles(right), scope)
