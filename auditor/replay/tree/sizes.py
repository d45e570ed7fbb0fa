"""Sizes of files, and in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["BLOCK", "entries_below", "in_words", "total"]

BLOCK = 4096  # bytes: an entry of a folder costs that much, whatever is in it
_UNITS = ("KiB", "MiB", "GiB", "TiB")


def in_words(size: int) -> str:
    """Return a size in bytes as a person writes it (IEC 80000-13): ``20 GiB``."""
    if size < 1024:  # noqa: PLR2004 - one KiB
        return f"{size} bytes"
    amount = float(size)
    for unit in _UNITS:
        amount /= 1024
        if amount < 1024 or unit == _UNITS[-1]:  # noqa: PLR2004 - as above
            break
    return f"{amount:.4g} {unit}"


def total(folder: Path) -> int:
    """Return the size of all below ``folder`` in bytes, as it is read: holes count."""
    return sum(entries_below(folder))


def entries_below(folder: Path) -> Iterator[int]:
    """Yield the size of each entry below ``folder`` in bytes; what goes away meanwhile has none."""
    folders = [str(folder)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    stat = entry.stat(follow_symlinks=False)
                    yield max(stat.st_size, stat.st_blocks * 512, BLOCK)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
