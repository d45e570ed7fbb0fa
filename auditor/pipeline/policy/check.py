"""From a TOML document to a policy: every member is checked, every fault is named at once."""

from __future__ import annotations

import difflib
import math
import types
from typing import Any, get_args, get_origin

import msgspec

from auditor.errors import InputError
from auditor.model.policy import Policy, Tolerance
from auditor.model.record import Record

__all__ = ["checked"]

_TYPES = ("float16", "bfloat16", "float32", "float64")
_GLOBS = frozenset({"match", "ignore", "count", "decisions"})
_BOUNDS = frozenset({"relative", "absolute", "norm", "margin"})
_SCHEMA = "auditor.policy/"
_LONGEST = 4096


def checked(document: Any, place: str) -> Policy:  # noqa: ANN401 - what stands in a file
    """Return the policy that ``document`` declares; ``place`` names the file.

    Raises ``InputError`` with one line a fault.
    """
    checking = _Checking()
    found = checking.members(_completed(document), Policy, "")
    if checking.faults:
        first, *others = (f"{place}: {fault}" for fault in checking.faults)
        raise InputError(
            first, details=tuple(others), hint="auditor policy prints one with every member"
        )
    policy = Policy(**found)
    return policy if "name" in found else _unnamed(policy)


def _completed(document: Any) -> Any:  # noqa: ANN401 - what stands in a file
    """Fill what a table of one type of numbers leaves out with that type's default."""
    if not isinstance(document, dict):
        return document
    default = Policy()
    return {
        key: {**_bounds(getattr(default, key)), **value}
        if key in _TYPES and isinstance(value, dict)
        else value
        for key, value in document.items()
    }


def _bounds(tolerance: Tolerance) -> dict[str, float]:
    bounds = {"relative": tolerance.relative, "absolute": tolerance.absolute}
    return bounds if tolerance.norm is None else {**bounds, "norm": tolerance.norm}


def _unnamed(policy: Policy) -> Policy:
    """Call what is not the default by another name."""
    same = policy == Policy()
    return policy if same else msgspec.structs.replace(policy, name="unnamed")


class _Checking:
    """Goes through a document, member by member, and gathers what is wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def members(self, table: Any, record: type[Record], place: str) -> dict[str, Any]:  # noqa: ANN401
        """Return the checked members of ``table`` by the fields of ``record``."""
        if not isinstance(table, dict):
            self._fault(place, f"a table is wanted, not {_kind(table)}")
            return {}
        fields = {field.name: field for field in msgspec.structs.fields(record)}
        if record is Tolerance:
            fields.pop("source")
        found = {}
        for key, value in table.items():
            where = f"{place}.{key}" if place else key
            if key not in fields:
                self._fault(where, _unknown(key, list(fields)))
            else:
                found[key] = self.value(value, fields[key].type, key, where)
        for name, field in fields.items():
            if field.required and name not in table:
                self._fault(place, f"{name} is missing")
        return found

    def value(self, value: Any, kind: Any, key: str, place: str) -> Any:  # noqa: ANN401
        """Return ``value`` as the type ``kind``, or note why it is none."""
        if get_origin(kind) is tuple:
            return self._several(value, get_args(kind)[0], key, place)
        if isinstance(kind, type) and issubclass(kind, Record):
            members = self.members(value, kind, place)
            return _made(kind, members, key) if not self.faults else None
        try:
            made = msgspec.convert(_narrowed(value, kind), kind, strict=True)
        except (msgspec.ValidationError, OverflowError) as error:
            self._fault(place, _worded(error, value, kind))
            return None
        fault = _content(key, made)
        if fault:
            self._fault(place, fault)
        return made

    def _several(self, values: Any, kind: Any, key: str, place: str) -> tuple[Any, ...]:  # noqa: ANN401
        if not isinstance(values, list):
            self._fault(place, f"a list is wanted, not {_kind(values)}")
            return ()
        numbered = enumerate(values)
        return tuple(self.value(one, kind, key, f"{place}[{index}]") for index, one in numbered)

    def _fault(self, place: str, reason: str) -> None:
        self.faults.append(f"{place}: {reason}" if place else reason)


def _made(kind: type[Record], members: dict[str, Any], key: str) -> Record:
    made = kind(**members)
    if isinstance(made, Tolerance) and _bounds(made) != _bounds(getattr(Policy(), key)):
        return msgspec.structs.replace(made, source="policy")
    return made


def _narrowed(value: Any, kind: Any) -> Any:  # noqa: ANN401 - what stands in a file
    """Return a whole number as a float where one is wanted."""
    wants = kind is float or (isinstance(kind, types.UnionType) and float in get_args(kind))
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if wants and whole else value


def _content(key: str, value: Any) -> str:  # noqa: ANN401 - what stands in a file
    """Return what is wrong with a value of the right type."""
    if key in _BOUNDS and value is not None:
        return _bound(value)
    if key in _GLOBS:
        return _glob(value)
    if key == "name" and not value.strip():
        return "must not be empty"
    return ""


def _bound(value: float) -> str:
    if not math.isfinite(value):
        return f"must be a finite number, not {value}"
    return f"must not be negative: {value:g}" if value < 0 else ""


def _glob(glob: str) -> str:
    if not glob or len(glob) > _LONGEST:
        return f"a glob of 1 to {_LONGEST} characters is wanted"
    if glob.startswith(("./", "../")):
        return f"{glob!r} matches nothing: names of files begin at the project root, without ./"
    rest = glob
    while "[" in rest:
        # fnmatch takes a bracket that nothing closes for the character, and so matches nothing
        _before, _open, rest = rest.partition("[")
        inside = rest.removeprefix("!")
        close = inside.find("]", 1)
        if close < 0:
            return f"{glob!r} has a [ that no ] closes; write [[] for the character"
        rest = inside[close + 1 :]
    return ""


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return "unknown member" + (f"; is {near[0]} meant?" if near else f"; known: {', '.join(known)}")


def _worded(error: Exception, value: Any, kind: Any) -> str:  # noqa: ANN401 - what stands in a file
    choices = get_args(kind)
    if isinstance(error, OverflowError):
        return "the number is too large"
    if isinstance(value, str) and choices and all(isinstance(one, str) for one in choices):
        if value.startswith(_SCHEMA) and str(choices[0]).startswith(_SCHEMA):
            return f"{value} is of another auditor; this one reads {choices[0]}"
        return f"{value!r} is none of {', '.join(choices)}"
    wanted = {float: "a number", str: "text"}.get(kind, "a number" if not choices else "")
    wanted = wanted or ("text" if isinstance(choices[0], str) else "a number")
    return f"{wanted} is wanted, not {_kind(value)}"


def _kind(value: Any) -> str:  # noqa: ANN401 - what stands in a file
    names = {bool: "true or false", int: "a number", float: "a number", str: "text"}
    return {**names, list: "a list", dict: "a table"}.get(type(value), "a date or time")
