"""The pairs: two files, what a run would call them, and what a careful engineer would say."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from auditor.model.audit import Kind

__all__ = ["HALVES", "LEVELS", "Pair", "load"]

HERE = Path(__file__).parent
HALVES = ("tuning", "aside")
LEVELS = ("bytes", "values", "decisions")
EFFECTS = ("harmless", "planted")
ANSWERS = ("same", "different", "either")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One pair. ``expected`` says the answer at each level where one is expected.

    ``file`` is the file's name in a run, or ``stdout``; ``kind`` groups pairs of one format;
    ``hosts`` are the names of the machines of the two runs.
    """

    name: str
    a: Path
    b: Path
    file: str
    kind: str
    effect: str
    why: str
    expected: dict[str, str]
    hosts: tuple[str, ...] = ()

    @property
    def item(self) -> Kind:
        """The kind of item that a run would have it as."""
        return "stdout" if self.file == "stdout" else "file"


def load(half: str) -> tuple[Pair, ...]:
    """Return the pairs of a half by name. Raises ``ValueError`` if one is not as it should be."""
    return tuple(_pair(folder) for folder in sorted((HERE / half).iterdir()))


def _pair(folder: Path) -> Pair:
    fields = tomllib.loads((folder / "pair.toml").read_text(encoding="utf-8"))
    fields["hosts"] = tuple(fields.get("hosts", ()))
    try:
        pair = Pair(name=folder.name, a=folder / "a", b=folder / "b", **fields)
    except TypeError as wrong:
        raise ValueError(f"{folder}: {wrong}") from wrong
    for reason in _faults(pair):
        raise ValueError(f"{folder}: {reason}")
    return pair


def _faults(pair: Pair) -> list[str]:
    expected: dict[str, Any] = pair.expected
    values = expected.get("values")
    rules = {
        "a and b have the same bytes": pair.a.read_bytes() == pair.b.read_bytes(),
        "the effect is unknown": pair.effect not in EFFECTS,
        "nothing says why": not pair.why.endswith("."),
        "the item is of no known kind": pair.item not in get_args(Kind),
        "a level is unknown": bool(set(expected) - set(LEVELS)),
        "an answer is unknown": bool(set(expected.values()) - set(ANSWERS)),
        "bytes always differ": expected.get("bytes") != "different",
        "a harmless difference of values": pair.effect == "harmless"
        and values not in {"same", "either"},
        "a planted difference is one of values": pair.effect == "planted" and values != "different",
    }
    return [reason for reason, broken in rules.items() if broken]
