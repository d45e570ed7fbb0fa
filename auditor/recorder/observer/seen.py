"""A set of texts that takes 16 bytes for each: a run may open millions of files."""

from __future__ import annotations

from array import array

__all__ = ["Seen"]

_FIRST = 1 << 10
_MASK = (1 << 64) - 1


class Seen:
    """Remembers texts by a hash of 64 bits, with open addressing; at most half of it is filled.

    Two texts of one hash are taken for one: among a million that is a chance of one in 10⁷.
    """

    def __init__(self) -> None:
        self._table = array("Q", bytes(8 * _FIRST))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, text: str) -> bool:
        return self._table[self._place(self._table, _hash(text))] != 0

    def add(self, text: str) -> bool:
        """Add ``text``; say whether it is new."""
        number = _hash(text)
        place = self._place(self._table, number)
        if self._table[place]:
            return False
        self._table[place] = number
        self._count += 1
        if self._count * 2 > len(self._table):
            self._grow()
        return True

    def _grow(self) -> None:
        table = array("Q", bytes(16 * len(self._table)))
        for number in self._table:
            if number:
                table[self._place(table, number)] = number
        self._table = table

    @staticmethod
    def _place(table: array[int], number: int) -> int:
        """Return where ``number`` is, or would be: the first free place from its own on."""
        last = len(table) - 1
        place = number & last
        while table[place] and table[place] != number:
            place = (place + 1) & last
        return place


def _hash(text: str) -> int:
    return hash(text) & _MASK or 1
