"""Calls by which Python's own protocols write what has a plainer form; older protocols use more.

After the ``__reduce__`` methods of CPython and the names in its ``_compat_pickle``.
"""

from __future__ import annotations

import _compat_pickle
from collections.abc import Callable
from typing import Any

from auditor.compare.readers.blob import Blob
from auditor.compare.readers.pickles.nodes import Bag, Made, Name, Node, Pairs

__all__ = ["imported", "reduced"]

_PYTHON_3 = 3


def imported(module: str, name: str, protocol: int) -> Name:
    """Return the name of a class or function, in Python 3's words whatever the protocol."""
    if protocol < _PYTHON_3:
        if (module, name) in _compat_pickle.NAME_MAPPING:
            module, name = _compat_pickle.NAME_MAPPING[module, name]
        else:
            module = _compat_pickle.IMPORT_MAPPING.get(module, module)
    return Name(f"{module}.{name}")


def reduced(function: Node, args: Node) -> Node:
    """Return what ``function(*args)`` would give, plainly where it is a form of a plain value."""
    form = _FORMS.get(function.name) if isinstance(function, Name) else None
    found = form(args) if form is not None and isinstance(args, tuple) else None
    return Made(function, args) if found is None else found


def _encoded(args: tuple[Any, ...]) -> Node:
    match args:
        case (str(text), "latin1" | "latin-1"):
            try:
                return text.encode("latin-1")
            except UnicodeEncodeError:
                return None
    return None


def _bytes(args: tuple[Any, ...]) -> Node:
    match args:
        case ():
            return b""
        case (bytes() | Blob() as data,):
            return data
        case (str(text), str()):
            return _encoded((text, "latin1"))
    return None


def _bag(kind: str) -> Callable[[tuple[Any, ...]], Node]:
    def form(args: tuple[Any, ...]) -> Node:
        match args:
            case (list(items),):
                return Bag(kind, items)
        return None

    return form


def _attribute(args: tuple[Any, ...]) -> Node:
    match args:
        case (Name(outer), str(inner)):
            return Name(f"{outer}.{inner}")
    return None


def _reconstructed(args: tuple[Any, ...]) -> Node:
    match args:
        case (Name() as kind, Name("builtins.object"), None):
            return Made(kind, (), instance=True)
        case (Name() as kind, Name("builtins.list"), list(items)):
            made = Made(kind, (), instance=True)
            made.items = items
            return made
        case (Name() as kind, Name("builtins.dict"), Pairs(pairs)):
            made = Made(kind, (), instance=True)
            made.entries = pairs
            return made
        case (Name() as kind, Name(), base):
            return Made(kind, (base,), instance=True)
    return None


def _builtin_type(args: tuple[Any, ...]) -> Node:
    match args:
        case (str(name),):
            return Name(f"types.{name}")
    return None


_FORMS: dict[str, Callable[[tuple[Any, ...]], Node]] = {
    "_codecs.encode": _encoded,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytes,
    "builtins.set": _bag("set"),
    "builtins.frozenset": _bag("frozenset"),
    "builtins.getattr": _attribute,
    "copyreg._reconstructor": _reconstructed,
    "cloudpickle.cloudpickle._builtin_type": _builtin_type,
}
