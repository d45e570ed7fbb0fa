"""What only the records of loggers and trackers hold: messages, their times, and ids of runs.

A table may hold the same under the same names as data, so this is asked for trees alone. Every
rule is narrow: the key says what stands there, and the values look like that on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.compare.values.clock import hidden, last_key, masks_of, names_stamp, unix_times
from auditor.compare.values.evidence import shown
from auditor.compare.values.scope import Scope
from auditor.compare.values.text.masks import Masks

__all__ = ["masked"]

_MESSAGES = frozenset({"msg", "message"})
_RUNS = frozenset({"model_uuid", "run_id", "run_uuid"})
_PLACES = ("_path", "_uri")
# ISO 8601, with a space instead of the T, and as Python's logging writes it.
_STAMP = re.compile(
    r"\d{4}-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-5]\d(?:[.,]\d{1,9})?"
    r"\s?(?:Z|UTC|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_UUID4 = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}(?P<dash>-?)[0-9a-f]{4}(?P=dash)4[0-9a-f]{3}(?P=dash)"
    r"[89ab][0-9a-f]{3}(?P=dash)[0-9a-f]{12}(?![0-9A-Za-z])"
)
_LOCAL = "file://"
_DAY = len("2024-01-01")

_Mask = tuple[str, str]


def masked(where: str, a: Any, b: Any, scope: Scope) -> list[_Mask]:  # noqa: ANN401 - what files hold
    """Return the masks that hide how two values at a pointer differ, with examples; or none."""
    if mask := hidden(last_key(where), a, b, scope):
        return [mask]
    key = where.rpartition("/")[2]
    if isinstance(a, str) and isinstance(b, str):
        rules = list(_text(key, a, b, scope))
    elif names_stamp(key) and _number(a) and _number(b) and unix_times(a, b):
        rules = [("time", _example(a, b))]
    else:
        rules = []
    return rules if all(rule in scope.policy.masks for rule, _ in rules) else []


def _text(key: str, a: str, b: str, scope: Scope) -> Iterator[_Mask]:
    if key in _MESSAGES:
        yield from _differing(a, b, masks_of(scope.policy.masks, scope.hosts))
    elif names_stamp(key):
        if _STAMP.fullmatch(a) and _STAMP.fullmatch(b):
            yield from _stamps(a, b)
    elif key in _RUNS:
        if _UUID4.fullmatch(a) and _UUID4.fullmatch(b):
            yield "uuid", _example(a, b)
    elif key.endswith(_PLACES):
        yield from _places(a, b)


def _differing(a: str, b: str, masks: Masks) -> Iterator[_Mask]:
    """Yield what masks hide, line by line; nothing where the texts differ in more."""
    one, other = ([masks.hide(line) for line in text.split("\n")] for text in (a, b))
    if [line for line, _ in one] != [line for line, _ in other]:
        return
    for (_, left), (_, right) in zip(one, other, strict=True):
        for (rule, x), (_, y) in zip(left, right, strict=False):
            if x != y:
                yield rule, _example(x, y)


def _stamps(a: str, b: str) -> Iterator[_Mask]:
    if a[:_DAY] != b[:_DAY]:
        yield "date", _example(a, b)
    if a[_DAY:] != b[_DAY:]:
        yield "time", _example(a, b)


def _places(a: str, b: str) -> Iterator[_Mask]:
    """Yield which parts of two paths or addresses differ, where nothing else does."""
    if a.startswith(_LOCAL) and b.startswith(_LOCAL):
        a, b = a.removeprefix(_LOCAL), b.removeprefix(_LOCAL)
    ids = [[match[0] for match in _UUID4.finditer(text)] for text in (a, b)]
    left, right = (_UUID4.sub("<uuid>", text) for text in (a, b))
    if left != right:
        folders = list(_differing(left, right, masks_of(("temporary-path",), ())))
        if not folders:
            return
        yield from folders
    if ids[0] != ids[1]:
        yield "uuid", _example(a, b)


def _example(a: float | str, b: float | str) -> str:
    return f"{shown(a)} → {shown(b)}"


def _number(value: Any) -> bool:  # noqa: ANN401 - what files hold
    return isinstance(value, int | float) and not isinstance(value, bool)
