"""Records to canonical JSON (RFC 8785) and back, strictly.

What JSON cannot carry is tagged: ``{"$float": "nan"}``, ``{"$int": "…"}`` beyond ±(2**53 - 1).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, TypeVar

import msgspec
import rfc8785

from auditor.errors import InputError
from auditor.model.record import record_of

__all__ = ["MAX_BYTES", "MAX_DEPTH", "canonical", "decode", "parse", "written"]

T = TypeVar("T")

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 100
_SAFE_INT = 2**53 - 1
_MAX_INT_DIGITS = 400
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def canonical(document: Any) -> bytes:  # noqa: ANN401 - any record, or JSON value
    """Return the canonical JSON of a record or JSON value: the same bytes for the same value."""
    return rfc8785.dumps(_tag(msgspec.to_builtins(document)))


def decode(data: bytes, kind: type[T], *, what: str) -> T:
    """Return the record of type ``kind`` in ``data``.

    Raises ``InputError``, naming ``what``, where the JSON is broken, hostile or of another shape.
    """
    document = parse(data, what=what)
    try:
        return record_of(document, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{what} is not a valid document: {error}") from None


def parse(data: bytes, *, what: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value in ``data``, its tags resolved.

    Refuses what parsers disagree about: duplicate keys, NaN literals, more than ``MAX_DEPTH``
    levels, lone surrogates. Raises ``InputError``.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{what} is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
        _refuse_depth(text, what)
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_literal
        )
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{what} is not readable JSON: {error}",
            hint="the file may be truncated; restore it, or record the run again",
        ) from None
    return document


def _tag(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {written(str(key)): _tag(item) for key, item in value.items()}
    if isinstance(value, str):
        return written(value)
    if isinstance(value, list | tuple):
        return [_tag(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": repr(value)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE_INT:
        return {"$int": str(value)}
    return value


def written(text: str) -> str:
    """Return ``text`` as documents hold it: bytes of a name that are not UTF-8 are escaped."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text


def _object(pairs: list[tuple[str, Any]]) -> Any:  # noqa: ANN401 - JSON
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice in one object")
    for key in result:
        key.encode("utf-8")
    if len(result) == 1:
        if "$float" in result:
            return _FLOATS[_known_float(result["$float"])]
        if "$int" in result:
            return _integer(str(result["$int"]))
    return result


def _known_float(tag: object) -> str:
    if tag not in _FLOATS:
        raise ValueError(f"unknown $float {tag!r}")
    return str(tag)


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _literal(digits: str) -> int | float:
    # Beyond the safe range an integer would have been tagged: this was a float (ECMAScript's form)
    value = _integer(digits)
    return float(value) if abs(value) > _SAFE_INT else value


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INT_DIGITS:
        raise ValueError(f"an integer has {len(digits)} digits")
    return int(digits)


def _refuse_depth(text: str, what: str) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(f"{what} is nested more than {MAX_DEPTH} levels deep")
        elif mark in "]}":
            depth -= 1
