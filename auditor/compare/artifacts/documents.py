"""Pairs of documents: their trees, their parts, and what is told beside their values."""

from __future__ import annotations

import tempfile
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.document import Aside, Document
from auditor.compare.values.difference import Found
from auditor.compare.values.trees.histories import add_histories
from auditor.compare.values.trees.tree import compare_trees

__all__ = ["compare_documents"]

_MOST = 3
_WIDEST = 24


def compare_documents(a: Document, b: Document, scope: Scope) -> Difference:
    """Compare two documents. Raises ``Undecided`` where they are nested too deeply."""
    found = Found()
    # First: where a curve parts says more than the first few of its points.
    add_histories(a.tree, b.tree, scope, found)
    compare_trees(a.tree, b.tree, scope, found)
    _parts(a, b, scope, found)
    for reason in (*a.open, *b.open):
        found.unknown(f"not compared: {reason}")
    for note in (*a.notes, *b.notes):
        found.note(note)
    told = _asides(a.aside, b.aside, found)
    if not (told or found.different or found.tally.differing):
        found.note("set aside: how the same values are written")
    return found.result()


def _parts(a: Document, b: Document, scope: Scope, found: Found) -> None:
    for name in sorted(a.parts.keys() & b.parts.keys()):
        with tempfile.TemporaryDirectory() as folder:
            pair = (Path(folder, "a"), Path(folder, "b"))
            for document, path in zip((a, b), pair, strict=True):
                path.write_bytes(document.parts[name].read())
            found.add(name, scope.member(name, *pair))


def _asides(a: Aside, b: Aside, found: Found) -> bool:
    """Tell what differs and means nothing for the values; say whether there was such a thing."""
    told = False
    for what in sorted(a.facts.keys() | b.facts.keys()):
        one, other = a.facts.get(what, set()), b.facts.get(what, set())
        if one != other:
            told = True
            found.note(f"set aside: {what} ({_brief(one - other)} → {_brief(other - one)})")
    for what in sorted(a.orders.keys() & b.orders.keys()):
        left, right = a.orders[what], b.orders[what]
        if left.members == right.members and left.ordered != right.ordered:
            told = True
            found.note(f"set aside: the order of {what}")
    return told


def _brief(values: set[str]) -> str:
    shown = [one if len(one) <= _WIDEST else f"{one[:_WIDEST]}…" for one in sorted(values)[:_MOST]]
    more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return (", ".join(shown) or "none") + more
