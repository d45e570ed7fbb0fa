"""NumPy arrays: shape, type and integers exact, floats by the tolerance of their width.

``.npy`` files are mapped, members of ``.npz`` are read on from box to box: memory stays bounded.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.npy import MAGIC, mapped_array, streamed_array
from auditor.compare.values.arrays.arrays import Arrays
from auditor.compare.values.difference import Found

__all__ = ["Npy"]

MAX_BYTES = 64 * 1024**3
_CHUNK = 1 << 20
_PRESENCE = {True: ("present", "(absent)"), False: ("(absent)", "present")}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    KeyError,
    OverflowError,
)


class Npy:
    """Compares arrays element by element."""

    name = "NumPy arrays"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.npy``, ``.npz``, and what starts as NumPy's own format does."""
        return path.lower().endswith((".npy", ".npz")) or head.startswith(MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two arrays or archives of arrays. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        if zipfile.is_zipfile(a) or zipfile.is_zipfile(b):
            _archives(a, b, scope, found)
        else:
            Arrays(scope, found).compare("", mapped_array(a), mapped_array(b))
        return found.result()


def _archives(a: Path, b: Path, scope: Scope, found: Found) -> None:
    arrays = Arrays(scope, found)
    try:
        with zipfile.ZipFile(a) as left, zipfile.ZipFile(b) as right:
            members = _Members(left, right, arrays, found)
            members.compare()
    except _BROKEN as error:
        raise Unreadable(f"not a readable archive: {error}") from None


class _Members:
    """The members of two archives, one pair at a time."""

    def __init__(
        self, left: zipfile.ZipFile, right: zipfile.ZipFile, arrays: Arrays, found: Found
    ) -> None:
        self.left = left
        self.right = right
        self.arrays = arrays
        self.found = found

    def compare(self) -> None:
        one, other = _names(self.left), _names(self.right)
        for name in sorted(one.keys() | other.keys()):
            if name not in one or name not in other:
                self.found.differ(name, *_PRESENCE[name in one])
            elif name.endswith(".npy"):
                self._arrays(name, one[name], other[name])
            elif not self._same_bytes(name):
                self.found.differ(name, "(bytes)", "(other bytes)")

    def _arrays(self, name: str, size_a: int, size_b: int) -> None:
        with self.left.open(name) as a, self.right.open(name) as b:
            try:
                sides = (streamed_array(a, size_a), streamed_array(b, size_b))
                self.arrays.compare(name.removesuffix(".npy"), *sides)
            except Undecided as reason:
                self.found.unknown(f"{name}: {reason}")

    def _same_bytes(self, name: str) -> bool:
        with self.left.open(name) as a, self.right.open(name) as b:
            while (chunk := a.read(_CHUNK)) == b.read(_CHUNK):
                if not chunk:
                    return True
        return False


def _names(archive: zipfile.ZipFile) -> dict[str, int]:
    """Return the name and the size of each member."""
    sizes = {member.filename: member.file_size for member in archive.infolist()}
    if len(sizes) != len(archive.infolist()):
        raise Unreadable("a member appears twice in one archive")
    if sum(sizes.values()) > MAX_BYTES:
        size = sum(sizes.values())
        raise Undecided(f"{size} bytes of arrays are more than the {MAX_BYTES} that are read")
    return sizes
