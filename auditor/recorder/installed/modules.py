"""The modules that a distribution brings, by which it is known to have been imported."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Set

    from .record import Row

__all__ = ["brought"]

_CODE = (".py", ".so")


def brought(written: List[Row], listed: Optional[str]) -> Optional[List[str]]:
    """Return the top-level modules, and in namespace packages those that are its own, dotted.

    ``written`` are the rows of RECORD; without them ``listed``, setuptools' ``top_level.txt``.
    ``None``: neither is there.
    """
    if not written:
        return None if listed is None else sorted(listed.split())
    code = [row[0] for row in written if row[0].endswith(_CODE)]
    packages = {os.path.dirname(path) for path in code if "/__init__." in path}
    return sorted({_module(path, packages) for path in code})


def _module(path: str, packages: Set[str]) -> str:
    top = path.partition("/")[0]
    if top in packages:
        return top
    parts = path.split("/")
    for depth in range(2, len(parts)):
        if "/".join(parts[:depth]) in packages:
            return ".".join(parts[:depth])
    return ".".join([*parts[:-1], parts[-1].partition(".")[0]])
