"""Lists of files side by side: equal roots are equal trees, else one pass over sorted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.model.files import File, Manifest, decode_line
from auditor.store.lists import lines_of, table_of
from auditor.store.objects import Objects

__all__ = ["differing", "narrowed"]

Pair = tuple[File | None, File | None]

_UNREAD = b'",null,'  # in a line whose digest, after the path, is null; rarely in another


def differing(
    sides: Sequence[Manifest], objects: Objects, *, unread: bool = False
) -> tuple[dict[str, File], ...]:
    """Return of each side, by path, those files only that not all ``sides`` have alike.

    Alike is one content and one execute bit. Where the roots are equal nothing is read; else
    long lists are read once, in step, and never held. ``unread``: files of which no digest is
    known are alike on no two sides. Raises ``InputError`` where a list is not in the store.
    """
    first, *others = sides
    tables = [table_of(side, objects) for side in sides]
    found: list[dict[str, File]] = [{} for _ in sides]
    asked: list[set[str]] = [set() for _ in sides]
    for number, other in enumerate(others, start=1):
        lacking = unread and bool(first.unread or other.unread)
        if first.root != other.root or lacking:
            for path, left, right in _apart(tables[0], tables[number], unread=lacking):
                asked[number].add(path)
                _add(found[0], left)
                _add(found[number], right)
    paths = sorted(set().union(*asked))
    for number in range(1, len(sides)):
        for path in found[0].keys() - asked[number]:  # alike here, and not in another replay
            _add(found[number], tables[number].get(path))
    return tuple({path: table[path] for path in paths if path in table} for table in found)


def narrowed(sides: Sequence[Manifest], objects: Objects) -> tuple[Manifest, ...]:
    """Return each manifest with only those files that not all of ``sides`` have alike.

    The roots stay those of the whole lists.
    """
    return tuple(
        msgspec.structs.replace(side, files=tuple(files.values()))
        for side, files in zip(sides, differing(sides, objects), strict=True)
    )


def _apart(
    a: Mapping[str, File], b: Mapping[str, File], *, unread: bool
) -> Iterator[tuple[str, File | None, File | None]]:
    """Yield the paths whose files are not alike, with the files.

    Should a list not be in order, a path may come apart though it is alike: it is left out here.
    """
    before: dict[str, File] = {}
    after: dict[str, File] = {}
    for left, right in _in_step(lines_of(a), lines_of(b), unread=unread):
        if not _alike(left, right, unread=unread):
            _add(before, left)
            _add(after, right)
    for path in {**before, **after}:
        left, right = before.get(path), after.get(path)
        if not _alike(left, right, unread=unread):
            yield path, left, right


def _in_step(a: Iterator[bytes], b: Iterator[bytes], *, unread: bool) -> Iterator[Pair]:
    """Merge two sorted lists by path, past the lines that are equal."""
    one, other = next(a, b""), next(b, b"")
    while one or other:
        if one == other and not (unread and _UNREAD in one):
            one, other = next(a, b""), next(b, b"")
            continue
        left, right = _decoded(one), _decoded(other)
        if right is None or (left is not None and left.path < right.path):
            yield left, None
            one = next(a, b"")
        elif left is None or right.path < left.path:
            yield None, right
            other = next(b, b"")
        else:
            yield left, right
            one, other = next(a, b""), next(b, b"")


def _decoded(line: bytes) -> File | None:
    return decode_line(line) if line else None


def _add(table: dict[str, File], file: File | None) -> None:
    if file is not None:
        table[file.path] = file


def _alike(one: File | None, other: File | None, *, unread: bool) -> bool:
    if one is None or other is None or (unread and one.digest is None):
        return False
    return (one.digest, one.executable) == (other.digest, other.executable)
