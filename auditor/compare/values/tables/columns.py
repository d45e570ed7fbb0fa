"""The heads of two tables: which columns both have, renamed, retyped and reordered ones."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from auditor.compare.values.difference import Found
from auditor.compare.values.tables.cells import plain
from auditor.compare.values.tables.rows import Table

__all__ = ["shared_columns", "unique"]

_PRESENT, _ABSENT = "present", "(absent)"
_MOST_RENAMED = 16


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which none appears twice: the second ``x`` becomes ``x (2)``."""
    found: dict[str, None] = {}
    for name in names:
        one, again = name, 1
        while one in found:
            again += 1
            one = f"{name} ({again})"
        found[one] = None
    return tuple(found)


def shared_columns(a: Table, b: Table, found: Found) -> list[tuple[str, str]]:
    """Return the name and type of each column that both tables have; add how the heads differ.

    Of two types of one column the narrower name is returned: its tolerance is the wider.
    """
    types, others = dict(a.columns), dict(b.columns)
    shared = [name for name in types if name in others]
    _order(shared, [name for name in others if name in types], found)
    _presence(a, b, found)
    for name in shared:
        if types[name] != others[name]:
            found.differ(f"column {name!r} type", types[name], others[name])
    return [(name, min(types[name], others[name])) for name in shared]


def _order(a: list[str], b: list[str], found: Found) -> None:
    if a == b:
        return
    found.different = True
    found.note("the same columns in another order; cells are compared by the name of their column")
    where = next(index for index, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    found.evidence.pair(f"columns in another order, from column {where + 1}", a[where], b[where])


def _presence(a: Table, b: Table, found: Found) -> None:
    gone = [name for name in a.names if name not in b.names]
    come = [name for name in b.names if name not in a.names]
    renamed = _renamed(a, b, gone, come) if gone and come else {}
    for name in gone:
        if name in renamed:
            found.different = True
            found.evidence.add(f"column {name!r} was renamed to {renamed[name]!r}")
        else:
            found.differ(f"column {name!r}", _PRESENT, _ABSENT)
    for name in come:
        if name not in renamed.values():
            found.differ(f"column {name!r}", _ABSENT, _PRESENT)


def _renamed(a: Table, b: Table, gone: list[str], come: list[str]) -> dict[str, str]:
    """Return the columns whose cells, all of them, stand under another name."""
    if max(len(gone), len(come)) > _MOST_RENAMED:
        return {}
    left, right = _digests(a, gone), _digests(b, come)
    pairs: dict[str, str] = {}
    for name, digest in left.items():
        same = [new for new, other in right.items() if other == digest]
        unused = [new for new in same if new not in pairs.values()]
        if unused:
            pairs[name] = unused[0]
    return pairs


def _digests(table: Table, names: list[str]) -> dict[str, bytes]:
    hashes = {name: blake2b() for name in names}
    indices = {name: table.names.index(name) for name in names}
    for batch in table.batches():
        for name, digest in hashes.items():
            for cell in plain(batch.columns[indices[name]]):
                digest.update(repr(cell).encode("utf-8", "backslashreplace"))
                digest.update(b"\0")
    return {name: digest.digest() for name, digest in hashes.items()}
