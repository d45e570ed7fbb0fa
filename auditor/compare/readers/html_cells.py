"""Where the cells of tables in HTML stand, as a reader would say it."""

from __future__ import annotations

from auditor.compare.readers.html import Token

__all__ = ["Cells"]

_CELLS = {"td", "th"}
_MOST_SPANNED = 1000
_MOST_DIGITS = 9
_WIDEST = 40


class Cells:
    """Follows the tokens of a document, and says in which cell of a table it is.

    Tables and rows are counted from 1; a column is named by the first heading above it.
    """

    def __init__(self) -> None:
        self._table = 0
        self._row = 0
        self._column = 0
        self._next = 1
        self._inside = False
        self._headings: dict[int, str] = {}
        self._heading = False

    def follow(self, token: Token) -> None:
        """Go on to the next token."""
        if token.kind == "start":
            self._start(token)
        elif token.kind == "end":
            self._inside &= token.name not in {*_CELLS, "tr", "table"}
        elif token.kind == "text" and self._inside and self._heading and token.text.strip():
            self._headings[self._column] = " ".join(token.text.split())[:_WIDEST]
            self._heading = False

    def place(self) -> str:
        """Return the place of the cell, and nothing outside of cells."""
        if not self._inside:
            return ""
        name = self.heading()
        column = f"column {name!r}" if name else f"column {self._column}"
        return f"table {self._table}, row {self._row}, {column}"

    def heading(self) -> str:
        """Return what stands above the cell, if anything does."""
        return self._headings.get(self._column, "") if self._inside else ""

    def _start(self, token: Token) -> None:
        if token.name == "table":
            self._table += 1
            self._row = 0
            self._headings = {}
            self._inside = False
        elif token.name == "tr":
            self._row += 1
            self._next = 1
            self._inside = False
        elif token.name in _CELLS and self._row:
            self._column = self._next
            self._next += _spanned(token.attributes.get("colspan", ""))
            self._inside = True
            self._heading = token.name == "th" and self._column not in self._headings
            self._headings.setdefault(self._column, "")


def _spanned(text: str) -> int:
    span = int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 1
    return max(1, min(span, _MOST_SPANNED))
