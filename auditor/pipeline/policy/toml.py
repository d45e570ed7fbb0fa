"""A policy as TOML that loads again to the same policy."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from auditor.model.policy import Policy, Tolerance

__all__ = ["as_toml"]

_RULES = ("tolerances", "margins", "severities")


def as_toml(policy: Policy) -> str:
    """Return TOML 1.0 with every member: scalars and lists first, then the rules.

    Where there are no rules of a kind there is no list either: it would refuse ``[[...]]``.
    """
    names = [name for name in Policy.__struct_fields__ if name not in _RULES]
    lines = [f"{name} = {_value(getattr(policy, name))}" for name in names]
    for name in _RULES:
        for rule in getattr(policy, name):
            lines += ["", f"[[{name}]]"]
            lines += [f"{key} = {_value(value)}" for key, value in _table(rule).items()]
    return "\n".join(lines) + "\n"


def _table(record: msgspec.Struct) -> dict[str, Any]:
    # Who set a tolerance is said by the file it stands in.
    left = {"source"} if isinstance(record, Tolerance) else set()
    members = {name: getattr(record, name) for name in record.__struct_fields__ if name not in left}
    return {name: value for name, value in members.items() if value is not None}


def _value(value: Any) -> str:  # noqa: ANN401 - a member of a policy
    if isinstance(value, msgspec.Struct):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in _table(value).items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # JSON's strings are TOML's, save that TOML wants DEL escaped as well.
    return repr(value) if isinstance(value, float) else _text(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
