"""JSON, and JSON Lines: keys, strings and integers exact, floats within tolerance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Unreadable
from auditor.compare.values.evidence import Lines
from auditor.compare.values.numbers import Tally
from auditor.compare.values.tolerance import Tolerances

__all__ = ["Json"]

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 500
_ABSENT = object()


class Json:
    """Compares parsed documents by JSON Pointer (RFC 6901); ``NaN`` and ``Infinity`` are read."""

    name = "JSON values"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.json``, ``.jsonl`` and ``.ndjson``."""
        return path.lower().endswith((".json", ".jsonl", ".ndjson"))

    def compare(self, a: Path, b: Path, tolerances: Tolerances) -> Difference:
        """Compare two documents. Raises ``Unreadable``."""
        lines = tolerances.names[0].lower().endswith(("l", "ndjson"))
        walk = _Walk(tolerances)
        walk.run(_load(a, lines=lines), _load(b, lines=lines))
        return Difference(
            relation="different" if walk.different else "within",
            magnitude=walk.tally.magnitude(),
            tolerance=walk.tally.tolerance(),
            evidence=walk.evidence.result(),
            notes=tuple(walk.notes),
        )


class _Walk:
    """Goes through two documents side by side, on a stack of its own."""

    def __init__(self, tolerances: Tolerances) -> None:
        self.tolerances = tolerances
        self.tally = Tally()
        self.evidence = Lines()
        self.notes: dict[str, None] = {}
        self.different = False

    def run(self, a: Any, b: Any) -> None:  # noqa: ANN401 - JSON
        stack = [iter([("", a, b)])]
        while stack:
            pair = next(stack[-1], None)
            if pair is None:
                stack.pop()
            elif len(stack) > MAX_DEPTH:
                raise Unreadable(f"nested more than {MAX_DEPTH} levels deep")
            else:
                stack.append(self._visit(*pair))

    def _visit(
        self,
        where: str,
        a: Any,  # noqa: ANN401 - JSON
        b: Any,  # noqa: ANN401 - JSON
    ) -> Iterator[tuple[str, Any, Any]]:
        if type(a) is not type(b):
            self._mismatch(where, a, b)
        elif isinstance(a, dict):
            yield from _members(where, a, b)
        elif isinstance(a, list):
            yield from _elements(where, a, b)
            if len(a) == len(b) and a != b and _reordered(a, b):
                self.notes["the same elements in another order"] = None
        else:
            self._scalar(where, a, b)

    def _scalar(self, where: str, a: Any, b: Any) -> None:  # noqa: ANN401 - JSON
        if isinstance(a, float):
            same = self.tally.tolerant(a, b, where or "/", self.tolerances.at(where))
        elif isinstance(a, int) and not isinstance(a, bool):
            same = self.tally.exact(a, b, where or "/")
        else:
            same = bool(a == b)
        if not same:
            self._differ(where, a, b)

    def _mismatch(self, where: str, a: Any, b: Any) -> None:  # noqa: ANN401 - JSON
        if {type(a), type(b)} == {int, float} and a == b:
            self.notes["an integer became a float of the same value, or the other way"] = None
        self._differ(where, a, b)

    def _differ(self, where: str, a: Any, b: Any) -> None:  # noqa: ANN401 - JSON
        self.different = True
        self.evidence.pair(where or "/", _brief(a), _brief(b))


def _members(where: str, a: dict[str, Any], b: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in [*a, *(key for key in b if key not in a)]:
        step = key.replace("~", "~0").replace("/", "~1")
        yield f"{where}/{step}", a.get(key, _ABSENT), b.get(key, _ABSENT)


def _elements(where: str, a: list[Any], b: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    for index, (left, right) in enumerate(zip_longest(a, b, fillvalue=_ABSENT)):
        yield f"{where}/{index}", left, right


def _reordered(a: list[Any], b: list[Any]) -> bool:
    if not all(isinstance(value, str | int | float) for value in (*a, *b)):
        return False
    return sorted(map(repr, a)) == sorted(map(repr, b))


def _brief(value: Any) -> Any:  # noqa: ANN401 - JSON
    if value is _ABSENT:
        return "(absent)"
    if isinstance(value, dict | list):
        kind = "object" if isinstance(value, dict) else "array"
        return f"({kind} of {len(value)})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else value


def _load(path: Path, *, lines: bool) -> Any:  # noqa: ANN401 - JSON
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Unreadable(f"{size} bytes of JSON are more than the {MAX_BYTES} that are parsed")
    data = path.read_bytes()
    try:
        if lines:
            return [_parse(line) for line in data.splitlines() if line.strip()]
        return _parse(data)
    except RecursionError:
        raise Unreadable("nested too deeply to be parsed") from None
    except ValueError as error:
        raise Unreadable(f"not valid JSON: {error}") from None


def _parse(data: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(data, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return result
