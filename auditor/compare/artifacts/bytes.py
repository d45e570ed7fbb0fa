"""Any file: where its bytes first differ, with a hexadecimal window."""

from __future__ import annotations

from pathlib import Path

__all__ = ["first_difference"]

_CHUNK = 1024 * 1024
_WINDOW = 16
# Counting reads both files to their ends.
_MOST_COUNTED = 1024**3


def first_difference(a: Path, b: Path) -> tuple[str, ...]:
    """Return lines that say where two files first differ; none where they do not."""
    offset = _offset(a, b)
    if offset is None:
        return ()
    return (
        f"first difference at byte {offset} (0x{offset:x}); {_extent(a, b, offset)}",
        f"- {_window(a, offset)}",
        f"+ {_window(b, offset)}",
    )


def _extent(a: Path, b: Path, offset: int) -> str:
    size, other = a.stat().st_size, b.stat().st_size
    if size != other:
        return f"{size} bytes became {other}"
    if size > _MOST_COUNTED:
        return f"both have {size} bytes"
    return f"{_differing(a, b, offset)} of {size} bytes differ"


def _differing(a: Path, b: Path, offset: int) -> int:
    """Count the bytes that differ at their place, from ``offset`` on, in files of one size."""
    import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

    count = 0
    with a.open("rb") as left, b.open("rb") as right:
        left.seek(offset)
        right.seek(offset)
        while one := left.read(_CHUNK):
            other = np.frombuffer(right.read(len(one)), np.uint8)
            count += int((np.frombuffer(one, np.uint8)[: other.size] != other).sum())
    return count


def _offset(a: Path, b: Path) -> int | None:
    start = 0
    with a.open("rb") as left, b.open("rb") as right:
        while True:
            one, other = left.read(_CHUNK), right.read(_CHUNK)
            if one != other:
                return start + _first(one, other)
            if not one:
                return None
            start += len(one)


def _first(a: bytes, b: bytes) -> int:
    pairs = zip(a, b, strict=False)
    return next((i for i, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _window(path: Path, offset: int) -> str:
    start = max(0, offset - offset % _WINDOW)
    with path.open("rb") as file:
        file.seek(start)
        data = file.read(_WINDOW)
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)  # noqa: PLR2004 - ASCII
    return f"{start:08x}  {data.hex(' '):<47}  {text}"
