"""What generators drew from the operating system's entropy, process by process.

It is an object of its own, in JSON. Values are lower-case hexadecimal: a number as it is, bytes in
their order, the state of a Mersenne twister as its 624 words and its position, eight digits each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from auditor.errors import InputError
from auditor.model.canonical import canonical, decode
from auditor.model.record import Record

__all__ = [
    "MOST_BYTES",
    "MOST_PROCESSES",
    "Drawn",
    "DrawnEntropy",
    "ProcessEntropy",
    "counted",
    "drawn",
    "entropy_of",
    "is_draw",
]

_SCHEMA: Literal["auditor.entropy/1"] = "auditor.entropy/1"
MOST_BYTES = 32 * 1024 * 1024
MOST_PROCESSES = 10_000
_MOST_TEXT = 1000
_VALUE = re.compile(r"[0-9a-f]{1,8192}")
_WHAT = "the recorded entropy"

# Library, function, site and value of one draw; the site is ``file:line`` of user code, or empty.
Drawn = tuple[str, str, str, str]


class ProcessEntropy(Record, frozen=True, kw_only=True):
    """What one process drew, in order.

    ``role`` is how a replay knows it again: its script with a checksum of its arguments, and its
    place among the children that were forked; more than one may have the same.
    """

    role: str
    draws: tuple[Drawn, ...]


class DrawnEntropy(Record, frozen=True, kw_only=True):
    """What a run drew; those of one role are in the order in which they started."""

    schema: Literal["auditor.entropy/1"] = _SCHEMA
    processes: tuple[ProcessEntropy, ...]


def entropy_of(processes: Iterable[ProcessEntropy]) -> bytes:
    """Return the object: the same draws give the same bytes."""
    return canonical(DrawnEntropy(processes=tuple(processes)))


def drawn(data: bytes) -> DrawnEntropy:
    """Return what the object holds. Raises ``InputError`` where it is none, or a hostile one."""
    if len(data) > MOST_BYTES:
        raise InputError(f"{_WHAT} is larger than {MOST_BYTES} bytes")
    document = decode(data, DrawnEntropy, what=_WHAT)
    if len(document.processes) > MOST_PROCESSES:
        raise InputError(f"{_WHAT} is of more than {MOST_PROCESSES:,} processes")
    for process in document.processes:
        if not _is_name(process.role):
            raise InputError(f"{_WHAT} has a process with a role that is not one")
        if not all(map(is_draw, process.draws)):
            raise InputError(f"{_WHAT} has a value that is no number, or a name that is not one")
    return document


def is_draw(draw: Drawn) -> bool:
    """Say whether a draw has the form that is written down and read."""
    *names, value = draw
    return all(map(_is_name, names)) and _VALUE.fullmatch(value) is not None


def counted(processes: Iterable[ProcessEntropy]) -> dict[str, int]:
    """Return how many values each library's functions drew."""
    counts = Counter(
        f"{library}.{function}".replace(" ", "-")
        for process in processes
        for library, function, _site, _value in process.draws
    )
    return dict(sorted(counts.items()))


def _is_name(text: str) -> bool:
    return len(text) <= _MOST_TEXT and text.isprintable()
