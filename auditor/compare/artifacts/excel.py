"""Excel workbooks: sheets by name, cells by column; formulas are compared as text.

Times of saving, styles and layout mean nothing and are noted; pictures in a workbook are compared
as pictures, and any other part (charts, macros, comments) by its bytes.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.excel import Workbook
from auditor.compare.values.difference import Found
from auditor.compare.values.tables.table import compare_tables

__all__ = ["Excel"]

_ABSENT = "(absent)"
# Parts of ECMA-376: those whose content is compared cell by cell, and those that say how it looks,
# who saved it when, and in which order it is computed.
_CELLS = re.compile(r"xl/(?:worksheets/[^/]+\.xml|sharedStrings\.xml|workbook\.xml)$")
_ASIDE = {
    "times and names of who saved it": re.compile(r"docProps/"),
    "styles": re.compile(r"xl/(?:styles\.xml|theme/)"),
    "the order of computing": re.compile(r"xl/calcChain\.xml$"),
    "relations between parts": re.compile(r"(?:.*\.rels|\[Content_Types\]\.xml)$"),
    "printer settings": re.compile(r"xl/printerSettings/"),
}
_MEDIA = re.compile(r"xl/media/")


class Excel:
    """Compares workbooks of Excel 2007 and later; the older ``.xls`` is not known."""

    name = "Excel cells"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.xlsx`` and ``.xlsm``."""
        return path.lower().endswith((".xlsx", ".xlsm"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two workbooks. Raises ``Unreadable``, ``Undecided``."""
        one, other = Workbook(a), Workbook(b)
        found = Found()
        left, right = one.sheets(), other.sheets()
        shared = [name for name in left if name in right]
        for name in left:
            if name not in shared:
                found.differ(f"sheet {name!r}", "present", _ABSENT)
        for name in right:
            if name not in shared:
                found.differ(f"sheet {name!r}", _ABSENT, "present")
        if shared != [name for name in right if name in shared]:
            found.note("the same sheets in another order")
        for name in shared:
            header = one.has_header(name) and other.has_header(name)
            tables = one.table(name, header=header), other.table(name, header=header)
            found.add(f"sheet {name!r}", compare_tables(*tables, scope).result())
        _parts(one, other, scope, found)
        return found.result()


def _parts(a: Workbook, b: Workbook, scope: Scope, found: Found) -> None:
    for name in sorted({*a.parts, *b.parts}):
        if a.parts.get(name) == b.parts.get(name):
            continue
        aside = next((what for what, pattern in _ASIDE.items() if pattern.match(name)), None)
        if aside is not None:
            found.note(f"{aside} differ, and are set aside")
        elif _CELLS.match(name):
            found.note("how sheets are laid out or written may differ: cells are compared")
        elif name not in a.parts or name not in b.parts:
            words = ("present" if name in book.parts else _ABSENT for book in (a, b))
            found.differ(name, *words)
        elif _MEDIA.match(name):
            _member(name, a.part(name), b.part(name), scope, found)
        else:
            found.differ(name, "(bytes)", "(other bytes)")


def _member(name: str, a: bytes, b: bytes, scope: Scope, found: Found) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = (Path(folder, "a"), Path(folder, "b"))
        for path, content in zip(pair, (a, b), strict=True):
            path.write_bytes(content)
        found.add(name, scope.member(name, *pair))
