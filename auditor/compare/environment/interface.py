"""What a section of a fingerprint is to the comparison, and the words for its subjects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from auditor.model.audit import Severity
from auditor.model.fact import Fact
from auditor.model.fingerprint import Fingerprint
from auditor.model.record import Record

__all__ = ["Area", "Section", "Show", "Weigh", "Weight", "always", "apart", "itself"]

Area = Literal["environment", "dependency", "hardware", "randomness", "source", "input"]


class Weight(Record, frozen=True, kw_only=True):
    """How much a difference matters, and one sentence why it can or cannot change numbers."""

    severity: Severity
    note: str
    area: Area | None = None


# Takes the subject, what the original has and what a replay has (``None``: absent).
Weigh = Callable[[str, Any, Any], Weight]

# Takes a value, and those of all sides.
Show = Callable[[Any, tuple[Any, ...]], Any]


def itself(value: Any, _sides: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any value of a section
    """Return ``value``: it is short as it is."""
    return value


def apart(value: Any, sides: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any value of a section
    """Return the elements of a tuple, or members of a dict, that not all sides have alike."""
    known = [side for side in sides if side is not None]
    if isinstance(value, dict):
        return {k: v for k, v in value.items() if not all(one.get(k) == v for one in known)}
    return tuple(v for v in value if not all(v in one for one in known))


class Section(Record, frozen=True, kw_only=True):
    """One fact of a fingerprint, taken apart into subjects that are compared each on its own.

    ``name`` stands for the whole where it is not known. ``contained`` weighs it where the replays
    ran in a container and must differ by construction. ``show`` makes a value short; it takes
    the value and the values of all sides.
    """

    name: str
    area: Area
    fact: Callable[[Fingerprint], Fact[Any]]
    subjects: Callable[[Any], dict[str, Any]]
    weigh: Weigh
    contained: Weigh | None = None
    show: Show = itself


def always(severity: Severity, note: str) -> Weigh:
    """Return a weighing that does not depend on what differs."""
    weight = Weight(severity=severity, note=note)
    return lambda _subject, _before, _after: weight
