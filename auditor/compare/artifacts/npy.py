"""NumPy arrays: shape, type and integers exact, floats by the tolerance of their width.

``.npy`` files are mapped, members of ``.npz`` are copied out first, so memory stays bounded.
Nothing is ever unpickled.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.values.arrays import Array, Arrays
from auditor.compare.values.difference import Found

__all__ = ["Npy"]

MAX_BYTES = 16 * 1024**3
_PRESENCE = {True: ("present", "(absent)"), False: ("(absent)", "present")}
_MAGIC = b"\x93NUMPY"


class Npy:
    """Compares arrays element by element."""

    name = "NumPy arrays"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.npy``, ``.npz``, and what starts as NumPy's own format does."""
        return path.lower().endswith((".npy", ".npz")) or head.startswith(_MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two arrays or archives of arrays. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        if zipfile.is_zipfile(a) or zipfile.is_zipfile(b):
            _archives(a, b, scope, found)
        else:
            Arrays(scope, found).compare("", _load(a), _load(b))
        return found.result()


def _archives(a: Path, b: Path, scope: Scope, found: Found) -> None:
    try:
        with zipfile.ZipFile(a) as left, zipfile.ZipFile(b) as right:
            _members(left, right, scope, found)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"not a readable archive: {error}") from None


def _members(left: zipfile.ZipFile, right: zipfile.ZipFile, scope: Scope, found: Found) -> None:
    arrays = Arrays(scope, found)
    one, other = _names(left), _names(right)
    for name in sorted(one | other):
        if name not in one or name not in other:
            found.differ(name, *_PRESENCE[name in one])
            continue
        with tempfile.TemporaryDirectory() as folder:
            pair = (Path(folder, "a"), Path(folder, "b"))
            for archive, path in zip((left, right), pair, strict=True):
                with archive.open(name) as source, path.open("wb") as target:
                    shutil.copyfileobj(source, target)
            if name.endswith(".npy"):
                arrays.compare(name.removesuffix(".npy"), _load(pair[0]), _load(pair[1]))
            elif pair[0].read_bytes() != pair[1].read_bytes():
                found.differ(name, "(bytes)", "(other bytes)")


def _names(archive: zipfile.ZipFile) -> set[str]:
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of arrays are more than the {MAX_BYTES} that are read")
    names = {member.filename for member in members}
    if len(names) != len(members):
        raise Unreadable("a member appears twice in one archive")
    return names


def _load(path: Path) -> Array:
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    try:
        # Maps what is in NumPy's format only, and refuses arrays of objects.
        return Array(np.lib.format.open_memmap(path, mode="r"))
    except (ValueError, EOFError, OSError, SyntaxError, MemoryError, OverflowError) as error:
        raise Unreadable(f"not a readable array: {error}") from None
