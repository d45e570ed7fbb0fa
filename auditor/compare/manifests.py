"""Lists of files side by side: equal roots are equal trees, else one pass over sorted paths."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.model.files import File, Manifest

__all__ = ["differing", "narrowed"]


def differing(a: Manifest, b: Manifest) -> frozenset[str]:
    """Return the paths whose content or execute bit differs, or that one side lacks.

    Constant in time where the roots are equal, else linear in the number of files.
    """
    if a.root == b.root:
        return frozenset()
    left, right = _suspects(a.files, b.files)
    before = {file.path: _content(file) for file in left}
    after = {file.path: _content(file) for file in right}
    return frozenset(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )


def _suspects(a: tuple[File, ...], b: tuple[File, ...]) -> tuple[list[File], list[File]]:
    """Return what is left of both sides without the runs of equal files at the same places.

    A merge by path. Where the order of paths is not that of ``str`` (names that are no UTF-8), a
    path may be left on both sides though it is equal: leaving it there is safe.
    """
    left: list[File] = []
    right: list[File] = []
    i = j = 0
    while i < len(a) and j < len(b):
        one, other = a[i], b[j]
        if one.path == other.path:
            if one.digest != other.digest or one.executable != other.executable:
                left.append(one)
                right.append(other)
            i, j = i + 1, j + 1
        elif one.path < other.path:
            left.append(one)
            i += 1
        else:
            right.append(other)
            j += 1
    return [*left, *a[i:]], [*right, *b[j:]]


def narrowed(sides: Sequence[Manifest]) -> tuple[Manifest, ...]:
    """Return each manifest with only those files that not all of ``sides`` have alike.

    The roots stay those of the whole lists.
    """
    first, *others = sides
    paths = frozenset[str]().union(*(differing(first, other) for other in others))
    return tuple(
        msgspec.structs.replace(side, files=tuple(f for f in side.files if f.path in paths))
        if paths
        else msgspec.structs.replace(side, files=())
        for side in sides
    )


def _content(file: File) -> tuple[str | None, bool]:
    return file.digest, file.executable
