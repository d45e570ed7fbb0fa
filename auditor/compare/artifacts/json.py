"""JSON, and JSON Lines: keys, strings and integers exact, floats within tolerance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.values.difference import Found
from auditor.compare.values.tree import compare_trees

__all__ = ["Json"]

MAX_BYTES = 64 * 1024 * 1024


class Json:
    """Compares parsed documents by JSON Pointer (RFC 6901); ``NaN`` and ``Infinity`` are read."""

    name = "JSON values"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.json``, ``.jsonl`` and ``.ndjson``."""
        return path.lower().endswith((".json", ".jsonl", ".ndjson"))

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two documents. Raises ``Unreadable``, ``Undecided``."""
        lines = scope.path.lower().endswith(("l", "ndjson"))
        found = Found()
        compare_trees(_load(a, lines=lines), _load(b, lines=lines), scope, found)
        return found.result()


def _load(path: Path, *, lines: bool) -> Any:  # noqa: ANN401 - JSON
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of JSON are more than the {MAX_BYTES} that are parsed")
    data = path.read_bytes()
    try:
        if lines:
            return [_parse(line) for line in data.splitlines() if line.strip()]
        return _parse(data)
    except RecursionError:
        raise Undecided("nested too deeply to be parsed") from None
    except ValueError as error:
        raise Unreadable(f"not valid JSON: {error}") from None


def _parse(data: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(data, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return result
