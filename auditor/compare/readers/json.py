"""JSON (RFC 8259), with ``NaN`` and ``Infinity`` as Python and JavaScript tools write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["MAX_BYTES", "parse_json", "read_json", "read_json_lines"]

MAX_BYTES = 64 * 1024 * 1024
# An empty list of two bytes takes 60 in memory.
MAX_VALUES = 16_000_000


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return a document. Raises ``Unreadable``, ``Undecided``."""
    return parse_json(_data(path))


def read_json_lines(path: Path) -> list[Any]:
    """Return the documents of lines; blank lines are none. Raises ``Unreadable``, ``Undecided``."""
    return [parse_json(line) for line in _data(path).splitlines() if line.strip()]


def _data(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of JSON are more than the {MAX_BYTES} that are parsed")
    data = path.read_bytes()
    values = sum(map(data.count, (b",", b"[", b"{")))
    if values > MAX_VALUES:
        raise Undecided(f"{values} values are more than the {MAX_VALUES} that are parsed")
    return data


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Return the document in ``data``. Raises ``Unreadable``, ``Undecided``."""
    try:
        return json.loads(data, object_pairs_hook=_object)
    except RecursionError:
        raise Undecided("nested too deeply to be parsed") from None
    except ValueError as error:
        raise Unreadable(f"not valid JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return result
