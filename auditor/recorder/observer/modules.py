"""Which modules are in memory, by the folder of ``sys.path`` that they lie in."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Collection, Dict, List, Set

__all__ = ["in_memory"]

_MOST = 5000
_SELF = "_auditor_recorder"


def in_memory() -> Dict[str, List[str]]:
    """Return the names of the top-level modules, and of those right below namespace packages.

    Those of the standard library are left out, where Python tells which these are (3.10).
    """
    standard: Collection[str] = getattr(sys, "stdlib_module_names", frozenset())
    found: Dict[str, Set[str]] = {}
    spaces: Set[str] = set()
    names = sorted(name for name in list(sys.modules) if isinstance(name, str))
    for name in names[: 20 * _MOST]:
        parent = name.rpartition(".")[0]
        if name in standard or name == _SELF or (parent and parent not in spaces):
            continue
        file = _file(sys.modules.get(name))
        if file is None:
            spaces.add(name)  # sorted: a package comes before what lies in it
        elif file:
            found.setdefault(_place(file, name), set()).add(name)
        if len(found) > _MOST:
            break
    return {place: sorted(found[place])[:_MOST] for place in found}


def _file(module: Any) -> Any:
    """Return the file; ``None`` for a namespace package (PEP 420), ``""`` for one without."""
    members = getattr(module, "__dict__", None)  # a lazy module is not woken up
    if not isinstance(members, dict):
        return ""
    file = members.get("__file__")
    if isinstance(file, str):
        return file
    return None if "__path__" in members else ""


def _place(file: str, name: str) -> str:
    steps = name.count(".") + 1
    if file.rpartition("/")[2].startswith("__init__."):
        steps += 1
    return file.rsplit("/", steps)[0]
