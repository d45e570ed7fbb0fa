"""JSON without importing ``json``, which costs each observed process milliseconds."""

from __future__ import annotations

try:
    from _json import encode_basestring_ascii as _string
except ImportError:  # pragma: no cover - an interpreter without the C accelerator
    from json.encoder import py_encode_basestring_ascii as _string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["dumps"]

_CONSTANTS = {None: "null", True: "true", False: "false"}


def dumps(value: Any) -> str:
    """Return ASCII JSON of strings, numbers, booleans, ``None``, lists, tuples and dicts."""
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, (int, float)):
        return repr(value + 0)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([dumps(item) for item in value]) + "]"
    if isinstance(value, dict):
        pairs = [_string(str(key)) + ":" + dumps(item) for key, item in value.items()]
        return "{" + ",".join(pairs) + "}"
    return str(_string(value if isinstance(value, str) else repr(value)))
