"""What generators drew without a seed, and what of it was written down."""

from __future__ import annotations

import msgspec

from auditor.model.digest import Digest
from auditor.model.record import Record

__all__ = [
    "Entropy",
    "Fed",
    "GeneratorState",
    "GeneratorUse",
]


class GeneratorUse(Record, frozen=True, kw_only=True):
    """A generator drew without a seed: its start came from the operating system's entropy.

    ``site`` is ``file:line`` in user code, or empty where only the fact is known.
    """

    library: str
    function: str
    site: str
    count: int = 1


class GeneratorState(Record, frozen=True, kw_only=True):
    """A generator's state in one process, when it was first seen and at the end, as digests.

    ``process`` is the role that ``Entropy`` knows it by. ``first`` is ``None`` for a generator that
    is made when it is first used, on a device of its own; two runs that drew alike have the same
    ``last``.
    """

    process: str
    library: str
    generator: str
    first: Digest | None
    last: Digest | None


class Fed(Record, frozen=True, kw_only=True):
    """How much of another run's entropy a replay drew: ``used`` of ``offered`` values.

    ``fresh`` values it drew anew, for they had no counterpart.
    """

    used: int
    offered: int
    fresh: int


class Entropy(Record, frozen=True, kw_only=True):
    """What generators drew from the operating system's entropy, and what of it was written down.

    ``digest`` is the object that ``auditor.model.entropy`` reads, ``None`` where nothing was drawn;
    ``draws`` counts its values by function. ``unrecorded`` says what else was drawn, and why
    it is not there. ``fed`` is of a replay that was given what the original drew.
    """

    digest: Digest | None
    draws: dict[str, int] = msgspec.field(default_factory=dict)
    unrecorded: dict[str, str] = msgspec.field(default_factory=dict)
    fed: Fed | None = None
