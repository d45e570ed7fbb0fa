"""Jupyter notebooks: cells in order, sources exact, each output by the kind that it is.

Execution counts, ids, kernels and metadata mean nothing; what differs of them is noted.
"""

from __future__ import annotations

import difflib
import tempfile
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.notebook import Cell, read_notebook
from auditor.compare.readers.notebook import Notebook as Document
from auditor.compare.values.difference import Found
from auditor.compare.values.evidence import shown
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["Notebook"]

_PRESENT, _ABSENT = "present", "(absent)"


class Notebook:
    """Compares notebooks cell by cell."""

    name = "notebook cells"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.ipynb``."""
        return path.lower().endswith(".ipynb")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two notebooks. Raises ``Unreadable``, ``Undecided``."""
        one, other = read_notebook(a), read_notebook(b)
        found = Found()
        _aside(one.aside, other.aside, found)
        for number, left, right in _paired(one, other, found):
            _cells(f"cell {number}", left, right, scope, found)
        result = found.result()
        if result.relation == "within" and not (result.notes or result.masks or result.magnitude):
            found.note("only the layout of the file differs")
        return found.result()


def _paired(a: Document, b: Document, found: Found) -> list[tuple[int, Cell, Cell]]:
    """Return cells that belong together by their place between equal ones; add the others."""
    left, right = ([(cell.kind, cell.source) for cell in side.cells] for side in (a, b))
    pairs: list[tuple[int, Cell, Cell]] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, start, stop, first, last in matcher.get_opcodes():
        if kind == "equal" or stop - start == last - first:
            for i, j in zip(range(start, stop), range(first, last), strict=True):
                pairs.append((i + 1, a.cells[i], b.cells[j]))
            continue
        for i in range(start, stop):
            found.differ(f"cell {i + 1}", _brief(a.cells[i]), _ABSENT)
        for j in range(first, last):
            found.differ(f"cell {j + 1}", _ABSENT, _brief(b.cells[j]))
    return pairs


def _brief(cell: Cell) -> str:
    return f"{cell.kind}: {shown(cell.source)}"


def _cells(place: str, a: Cell, b: Cell, scope: Scope, found: Found) -> None:
    _aside(a.aside, b.aside, found)
    if a.kind != b.kind:
        found.differ(f"{place} type", a.kind, b.kind)
    if a.source != b.source:
        found.differ(f"{place} source", *_parting(a.source, b.source))
    compare_trees(a.attachments, b.attachments, scope, found, f"{place} attachments")
    for name in dict.fromkeys([*a.outputs, *b.outputs]):
        if name in a.outputs and name in b.outputs:
            _output(f"{place} {name}", a.outputs[name], b.outputs[name], scope, found)
        else:
            words = (_PRESENT if name in cell.outputs else _ABSENT for cell in (a, b))
            found.differ(f"{place} {name}", *words)


def _parting(a: str, b: str) -> tuple[str, str]:
    """Return the first lines that differ."""
    pairs = zip(a.splitlines(), b.splitlines(), strict=False)
    return next(((x, y) for x, y in pairs if x != y), (a, b))


def _output(name: str, a: bytes, b: bytes, scope: Scope, found: Found) -> None:
    if a == b:
        return
    with tempfile.TemporaryDirectory() as folder:
        pair = (Path(folder, "a"), Path(folder, "b"))
        for path, content in zip(pair, (a, b), strict=True):
            path.write_bytes(content)
        found.add(name, scope.member(name, *pair))


def _aside(a: dict[str, Any], b: dict[str, Any], found: Found) -> None:
    for name, value in a.items():
        if value != b[name]:
            found.note(f"{name} differ, and are set aside")
