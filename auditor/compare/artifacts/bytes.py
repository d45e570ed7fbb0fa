"""Any file: where its bytes first differ, with a hexadecimal window."""

from __future__ import annotations

from pathlib import Path

__all__ = ["first_difference"]

_CHUNK = 1024 * 1024
_WINDOW = 16


def first_difference(a: Path, b: Path) -> tuple[str, ...]:
    """Return lines that say where two files first differ; none where they do not."""
    offset = _offset(a, b)
    if offset is None:
        return ()
    sizes = f"{a.stat().st_size} bytes became {b.stat().st_size}"
    return (
        f"first difference at byte {offset} (0x{offset:x}); {sizes}",
        f"- {_window(a, offset)}",
        f"+ {_window(b, offset)}",
    )


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
