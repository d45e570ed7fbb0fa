"""Reading what a run could have written: so much and no more, and no link is followed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["Ration", "content", "names_in", "parse"]

_MOST_DOCUMENT = 128 * 1024 * 1024
_MOST_BYTES = 2 * 1024**3
_MOST_LINES = 5_000_000
_LONGEST = 16 * 1024 * 1024
_MOST_NAMES = 100_000
_MOST_DIGITS = 20  # of 64 bits, and a sign


class Ration:
    """What may still be read of the lines in a folder; ``spent``: there was more."""

    def __init__(self, size: int = _MOST_BYTES, lines: int = _MOST_LINES) -> None:
        self._size = size
        self._lines = lines
        self.spent = False

    def lines(self, path: Path) -> Iterator[bytes]:
        """Yield the whole lines of a file that are not empty; a torn last one is none.

        What cannot be read has none.
        """
        try:
            with _opened(path) as file:
                while line := file.readline(_LONGEST):
                    if self._size < len(line) or not self._lines:
                        self.spent = True
                        return
                    self._size -= len(line)
                    self._lines -= 1
                    if not line.endswith(b"\n"):
                        self.spent = self.spent or len(line) == _LONGEST
                        return
                    if len(line) > 1:
                        yield line[:-1]
        except OSError:
            return


def content(path: Path) -> bytes:
    """Return a document. Raises ``OSError``, and ``ValueError`` for one that is too large."""
    with _opened(path) as file:
        data = file.read(_MOST_DOCUMENT + 1)
    if len(data) > _MOST_DOCUMENT:
        raise ValueError(f"{path.name} has more than {_MOST_DOCUMENT} bytes")
    return data


def parse(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Return JSON as the recorder writes it. Raises ``ValueError``, ``RecursionError``."""
    return json.loads(data, parse_int=_integer)


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("an integer is larger than any that the recorder writes")
    return int(digits)


def names_in(folder: Path, suffix: str) -> list[Path]:
    """Return the entries of ``folder`` that end in ``suffix``, sorted; so many at the most."""
    found: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(suffix):
                    found.append(folder / entry.name)
                if len(found) >= _MOST_NAMES:
                    break
    except OSError:
        return []
    return sorted(found)


def _opened(path: Path) -> BinaryIO:
    # A pipe would be waited at: it is opened without waiting, and then refused.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError(f"{path} is no file")
    return file
