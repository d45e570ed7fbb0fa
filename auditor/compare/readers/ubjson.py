"""Universal Binary JSON: values as plain ones, arrays of one type of number as ``Array``.

Format: https://ubjson.org, draft 12. Numbers are big-endian.
"""

from __future__ import annotations

import struct
from typing import Any

from auditor.compare.readers.tensors import stored
from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["load"]

_MAX_DEPTH = 100
_MAX_VALUES = 2_000_000
_NUMBERS = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
_DTYPES = {
    "i": "int8",
    "U": "uint8",
    "I": "int16",
    "l": "int32",
    "L": "int64",
    "d": "float32",
    "D": "float64",
}
_INTEGERS = "iUIlL"
_CONSTANTS = {"Z": None, "T": True, "F": False}


def load(data: memoryview) -> Any:  # noqa: ANN401 - a tree
    """Return the one value that ``data`` is. Raises ``Unreadable``, ``Undecided``."""
    reader = _Reader(data)
    value = reader.value(reader.mark(), 0)
    if reader.at != len(data):
        raise Unreadable("more follows after the value")
    return value


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0
        self.left = _MAX_VALUES

    def take(self, size: int) -> memoryview:
        if size < 0 or self.at + size > len(self.data):
            raise Unreadable("a value goes beyond the end of the file")
        self.at += size
        return self.data[self.at - size : self.at]

    def mark(self) -> str:
        """Return the next marker; those that say nothing are passed over."""
        while (found := chr(self.take(1)[0])) == "N":
            pass
        return found

    def value(self, mark: str, depth: int) -> Any:  # noqa: ANN401 - a tree
        self.left -= 1
        if not self.left:
            raise Undecided(f"more than {_MAX_VALUES} values")
        if depth > _MAX_DEPTH:
            raise Undecided(f"nested more than {_MAX_DEPTH} deep")
        if mark in _CONSTANTS:
            return _CONSTANTS[mark]
        if mark in _NUMBERS:
            return self.number(mark)
        if mark in "SH":
            return self.text()
        if mark == "C":
            return chr(self.take(1)[0])
        if mark == "[":
            return self.array(depth)
        if mark == "{":
            return self.mapping(depth)
        raise Unreadable(f"no type of value is marked {mark!r}")

    def number(self, mark: str) -> int | float:
        form = _NUMBERS[mark]
        value: int | float = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def count(self) -> int:
        mark = self.mark()
        if mark not in _INTEGERS:
            raise Unreadable(f"a length is marked {mark!r}")
        return int(self.number(mark))

    def text(self) -> str:
        return bytes(self.take(self.count())).decode("utf-8", "backslashreplace")

    def sized(self) -> tuple[str, str, int | None]:
        """Return the first marker inside a container, the type of all values and their number."""
        kind = ""
        mark = self.mark()
        if mark == "$":
            kind = self.mark()
            mark = self.mark()
            if mark != "#":
                raise Unreadable("a container has a type and no length")
        return mark, kind, self.count() if mark == "#" else None

    def array(self, depth: int) -> Any:  # noqa: ANN401 - a list or an array
        mark, kind, count = self.sized()
        if count is None:
            return self.open_array(mark, depth)
        if kind in _NUMBERS:
            size = count * struct.calcsize(_NUMBERS[kind])
            return stored(self.take(size), _DTYPES[kind], (count,), ">")
        return [self.value(kind or self.mark(), depth + 1) for _ in range(count)]

    def open_array(self, mark: str, depth: int) -> list[Any]:
        found = []
        while mark != "]":
            found.append(self.value(mark, depth + 1))
            mark = self.mark()
        return found

    def mapping(self, depth: int) -> dict[str, Any]:
        mark, kind, count = self.sized()
        found: dict[str, Any] = {}
        left = count
        while left if left is not None else mark != "}":
            # Keys are text without a marker of their own: the marker is that of their length.
            if count is None:
                self.at -= 1
            key = self.text()
            if key in found:
                raise Unreadable("a key appears twice in one object")
            found[key] = self.value(kind or self.mark(), depth + 1)
            if left is None:
                mark = self.mark()
            else:
                left -= 1
        return found
