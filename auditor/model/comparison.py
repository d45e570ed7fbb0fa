"""What comparing fingerprints found, before anything is judged: judging needs nothing else."""

from __future__ import annotations

from typing import Any, Literal

from auditor.model.audit import Divergence, Kind
from auditor.model.evidence import Curve, Magnitude, Mask, Picture, TensorDifference
from auditor.model.fingerprint import Unverified
from auditor.model.policy import Tolerance
from auditor.model.record import Record

__all__ = ["Compared", "Comparison", "Relation", "Relations", "Side", "State"]

Relation = Literal["same", "within", "different", "unknown"]
State = Literal["recorded", "absent", "unrecorded"]


class Relations(Record, frozen=True, kw_only=True):
    """How two sides of one item relate, question by question.

    ``same``: no difference at all (for bytes: equal digests); ``within``: other bytes, and every
    difference is within tolerance or masked; ``different``; ``unknown``: the question applies, and
    a side was not recorded or its content not kept; ``None``: the question does not apply.
    """

    bytes: Relation | None = None
    values: Relation | None = None
    metrics: Relation | None = None
    decisions: Relation | None = None


class Side(Record, frozen=True, kw_only=True):
    """What one run has of an item.

    ``absent``: the run is known not to have it; ``unrecorded``: not known, for ``reason``.
    ``value`` is short and to be shown (a number, a digest, a status).
    """

    state: State
    value: Any = None
    reason: str = ""


class Compared(Record, frozen=True, kw_only=True):
    """One item, compared in both directions.

    ``names`` are those that the rules of a policy are matched with, the item's own first.
    ``to_original`` relates the original to each of the N replays; ``to_first`` relates the first
    replay to each of the other N-1. ``known``: a comparator knows the kind of file, so that
    ``values`` is a question. ``magnitude`` is the worst replay's, ``masks`` count in the original.
    ``evidence``, ``tensors``, ``curves`` and ``pictures`` are of the
    first replay that differs most plainly.
    ``count``: it stands for so many files, those of a folder that relate alike.
    """

    kind: Kind
    name: str
    names: tuple[str, ...]
    original: Side
    replays: tuple[Side, ...]
    to_original: tuple[Relations, ...]
    to_first: tuple[Relations, ...]
    known: bool = True
    comparator: str = ""
    magnitude: Magnitude | None = None
    tolerance: Tolerance | None = None
    masks: tuple[Mask, ...] = ()
    evidence: tuple[str, ...] = ()
    tensors: tuple[TensorDifference, ...] = ()
    curves: tuple[Curve, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    count: int = 1


class Comparison(Record, frozen=True, kw_only=True):
    """All items, and all that differs in what the runs stood on."""

    replays: int
    items: tuple[Compared, ...]
    environment: tuple[Divergence, ...]
    unverified: tuple[Unverified, ...]
