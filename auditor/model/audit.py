"""The audit: what was compared, what came out, and why.

It stands alone: renderers read nothing else.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.canonical import canonical, parse
from auditor.model.digest import Digest, digest_bytes
from auditor.model.evidence import Curve, Magnitude, Mask, Picture, TensorDifference
from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.model.plan import Plan
from auditor.model.policy import Policy, PolicyChange, PolicySource, Severity, Tolerance
from auditor.model.record import Record

__all__ = [
    "SCHEMA",
    "Attempt",
    "Audit",
    "Cause",
    "CauseStatus",
    "Divergence",
    "Experiment",
    "Group",
    "Item",
    "Kind",
    "Levels",
    "Looks",
    "PolicyChanges",
    "Severity",
    "Tool",
    "Verdict",
    "audit_id",
    "with_id",
]

SCHEMA: Literal["auditor.audit/1"] = "auditor.audit/1"

Verdict = Literal[
    "identical", "equivalent", "consistent", "inconclusive", "diverged", "not-replayed"
]
Kind = Literal["file", "stdout", "stderr", "metric", "exit-status"]
Group = Literal[
    "chance",
    "source",
    "input",
    "interpreter",
    "dependency",
    "system library",
    "arithmetic",
    "hardware",
    "image",
    "variable",
    "surroundings",
]
CauseStatus = Literal["candidate", "confirmed", "interaction", "ruled-out"]


class Levels(Record, frozen=True, kw_only=True):
    """The four questions, answered apart; ``None`` where a question does not apply."""

    bytes: Verdict | None = None
    values: Verdict | None = None
    metrics: Verdict | None = None
    decisions: Verdict | None = None


class Item(Record, frozen=True, kw_only=True):
    """One thing that was compared.

    ``original`` and ``replays`` are short values to show (a metric, a digest, a status).
    ``evidence`` are bounded lines
    of a unified diff or of the first differences. ``counted``: it takes part in the verdict.
    ``beyond_spread``: a metric's original lies further from the replays than their spread and the
    margin explain.
    ``count``: it stands for so many files, those of a folder that came out alike.
    """

    kind: Kind
    name: str
    verdict: Verdict
    levels: Levels
    deterministic: bool | None = None
    beyond_spread: bool = False
    note: str = ""
    counted: bool = True
    original: Any = None
    replays: tuple[Any, ...] = ()
    magnitude: Magnitude | None = None
    tolerance: Tolerance | None = None
    masks: tuple[Mask, ...] = ()
    evidence: tuple[str, ...] = ()
    tensors: tuple[TensorDifference, ...] = ()
    curves: tuple[Curve, ...] = ()
    pictures: tuple[Picture, ...] = ()
    comparator: str = ""
    count: int = 1


class Divergence(Record, frozen=True, kw_only=True):
    """Something that is not as it was; ``after`` has one entry a replay."""

    area: Literal[
        "outcome", "environment", "dependency", "hardware", "randomness", "source", "input"
    ]
    subject: str
    change: Literal["changed", "added", "removed"]
    before: Any
    after: tuple[Any, ...]
    magnitude: Magnitude | None = None
    severity: Severity
    note: str = ""


class Cause(Record, frozen=True, kw_only=True):
    """A factor that may explain the divergences; only an experiment makes it more than that.

    ``group`` is what kind of thing it is, ``reason`` says in one sentence how it can change
    results, ``evidence`` what was seen of it.
    """

    factor: str
    group: Group = "chance"
    status: CauseStatus
    evidence: str
    reason: str = ""
    fix: str


class Experiment(Record, frozen=True, kw_only=True):
    """Replays with one factor set on purpose, to learn what it does; never part of the verdict.

    ``setting`` is what it was set to. ``items`` are what came out of those that completed, against
    the original: each ``kind:name`` with its verdict. ``result`` says in a sentence what they
    show, or why there are none.
    """

    factor: str
    setting: str
    attempts: tuple[Attempt, ...] = ()
    items: dict[str, Verdict] = msgspec.field(default_factory=dict)
    result: str


class Attempt(Record, frozen=True, kw_only=True):
    """One replay that was asked for. ``reason`` says why it did not complete.

    ``fingerprint`` is the digest of its fingerprint, if there is one; only completed ones are
    compared.
    """

    number: int
    completed: bool
    reason: str = ""
    fingerprint: Digest | None = None


class Looks(Record, frozen=True, kw_only=True):
    """How often replays were looked at while more could be added.

    ``planned`` is the most that could have been: the chance of a false alarm is shared by so
    many, whenever it ended. ``budget`` in seconds; ``ended`` says why no more were added.
    """

    planned: int
    made: int
    budget: float | None = None
    ended: str = ""


class PolicyChanges(Record, frozen=True, kw_only=True):
    """How a policy differs from that of an earlier audit that was no pass.

    ``audit``, ``created``, ``verdict`` and ``policy_digest`` are the earlier one's.
    """

    audit: Digest
    created: str
    verdict: Verdict
    policy_digest: Digest
    changes: tuple[PolicyChange, ...]


class Tool(Record, frozen=True, kw_only=True):
    """What made this document."""

    name: str
    version: str


class Audit(Record, frozen=True, kw_only=True):
    """One audit.

    ``replays`` are the fingerprints of the completed replays, or the second run of a comparison.
    ``looks`` are those of replays that were added one by one. ``policy_changes`` are against
    each other policy under which an earlier audit of this original was no pass, newest first.
    """

    schema: Literal["auditor.audit/1"] = SCHEMA
    id: str = ""
    kind: Literal["replay", "compare"]
    created: str
    tool: Tool
    verdict: Verdict
    reason: str = ""
    levels: Levels
    original: Fingerprint
    original_id: Digest
    replays: tuple[Fingerprint, ...]
    attempts: tuple[Attempt, ...]
    plan: Plan | None
    policy: Policy
    policy_digest: Digest
    policy_source: PolicySource = PolicySource()
    policy_changes: tuple[PolicyChanges, ...] = ()
    looks: Looks | None = None
    items: tuple[Item, ...]
    divergences: tuple[Divergence, ...]
    causes: tuple[Cause, ...]
    experiments: tuple[Experiment, ...] = ()
    unverified: tuple[Unverified, ...]
    integrity: Literal["verified", "unsigned", "failed"] = "unsigned"


def audit_id(stored: bytes) -> str:
    """Return the id of a stored audit: the digest of its canonical JSON with an empty ``id``."""
    document = parse(stored, what="the audit")
    return digest_bytes(canonical({**document, "id": ""}))


def with_id(audit: Audit) -> Audit:
    """Return the audit with its id filled in."""
    return msgspec.structs.replace(audit, id=audit_id(canonical(audit)))
