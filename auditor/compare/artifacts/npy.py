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
from typing import Any

from auditor.compare.artifacts.interface import Difference, Unreadable
from auditor.compare.values.arrays import Arrays
from auditor.compare.values.tolerance import Tolerances

__all__ = ["Npy"]

MAX_BYTES = 16 * 1024**3
_MAGIC = b"\x93NUMPY"


class Npy:
    """Compares arrays element by element."""

    name = "NumPy arrays"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.npy``, ``.npz``, and what starts as NumPy's own format does."""
        return path.lower().endswith((".npy", ".npz")) or head.startswith(_MAGIC)

    def compare(self, a: Path, b: Path, tolerances: Tolerances) -> Difference:
        """Compare two arrays or archives of arrays. Raises ``Unreadable``."""
        arrays = Arrays(tolerances)
        if zipfile.is_zipfile(a) or zipfile.is_zipfile(b):
            _archives(a, b, arrays)
        else:
            arrays.compare("", _load(a), _load(b))
        return Difference(
            relation="different" if arrays.different else "within",
            magnitude=arrays.tally.magnitude(),
            tolerance=arrays.tally.tolerance(),
            evidence=arrays.evidence.result(),
        )


def _archives(a: Path, b: Path, arrays: Arrays) -> None:
    try:
        with zipfile.ZipFile(a) as left, zipfile.ZipFile(b) as right:
            _members(left, right, arrays)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"not a readable archive: {error}") from None


def _members(left: zipfile.ZipFile, right: zipfile.ZipFile, arrays: Arrays) -> None:
    one, other = _names(left), _names(right)
    for name in sorted(one | other):
        if name not in one or name not in other:
            arrays.missing(name, here=name in one)
            continue
        with tempfile.TemporaryDirectory() as folder:
            pair = (Path(folder, "a"), Path(folder, "b"))
            for archive, path in zip((left, right), pair, strict=True):
                with archive.open(name) as source, path.open("wb") as target:
                    shutil.copyfileobj(source, target)
            if name.endswith(".npy"):
                arrays.compare(name.removesuffix(".npy"), _load(pair[0]), _load(pair[1]))
            elif pair[0].read_bytes() != pair[1].read_bytes():
                arrays.unequal(name)


def _names(archive: zipfile.ZipFile) -> set[str]:
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > MAX_BYTES:
        raise Unreadable(f"{size} bytes of arrays are more than the {MAX_BYTES} that are read")
    names = {member.filename for member in members}
    if len(names) != len(members):
        raise Unreadable("a member appears twice in one archive")
    return names


def _load(path: Path) -> Any:  # noqa: ANN401 - numpy is not imported here
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    try:
        # Maps what is in NumPy's format only, and refuses arrays of objects.
        return np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError, OSError, SyntaxError, MemoryError, OverflowError) as error:
        raise Unreadable(f"not a readable array: {error}") from None
