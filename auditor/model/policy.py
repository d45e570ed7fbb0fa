"""What counts, and how close is close enough; declared before a replay, its digest in the audit."""

from __future__ import annotations

from typing import Literal, get_args

from auditor.model.canonical import canonical
from auditor.model.digest import digest_bytes
from auditor.model.record import Record

__all__ = [
    "DEFAULT_MASKS",
    "Level",
    "Margin",
    "MaskName",
    "Policy",
    "PolicyChange",
    "PolicySource",
    "Rule",
    "Severity",
    "SeverityRule",
    "Tolerance",
    "policy_digest",
]

Level = Literal["bytes", "values", "metrics", "decisions"]
Severity = Literal["critical", "major", "minor", "info"]

MaskName = Literal[
    "time",
    "duration",
    "date",
    "pid",
    "address",
    "uuid",
    "temporary-path",
    "progress-bar",
    "host-name",
]

DEFAULT_MASKS: tuple[MaskName, ...] = get_args(MaskName)


class Tolerance(Record, frozen=True, kw_only=True):
    """``|a-b| <= absolute + relative * max(|a|, |b|)``; ``source`` says who set it."""

    relative: float
    absolute: float
    norm: float | None = None
    source: str = "default"


class Rule(Record, frozen=True, kw_only=True):
    """A tolerance for items whose name matches the glob ``match``; the last match wins.

    ``norm``: an array whose norm-wise relative error is no more than this is within tolerance,
    whatever its single elements do.
    """

    match: str
    relative: float = 0.0
    absolute: float = 0.0
    norm: float | None = None


class Margin(Record, frozen=True, kw_only=True):
    """An equivalence margin for metrics: a spread up to ``margin`` either way means nothing."""

    match: str
    margin: float


class SeverityRule(Record, frozen=True, kw_only=True):
    """How severe a divergence is of what matches the glob ``match``; the last match wins."""

    match: str
    severity: Severity


class Policy(Record, frozen=True, kw_only=True):
    """The policy of an audit. The default tolerances are those of ``torch.testing`` by dtype.

    ``require`` is the level that decides; ``ignore`` are globs of items that do not count, and
    where there are any in ``count``, only files, metrics and streams that match one do;
    ``decisions`` are globs of columns and arrays that are decisions beside those that are
    recognised by name.
    """

    schema: Literal["auditor.policy/1"] = "auditor.policy/1"
    name: str = "default"
    require: Level = "values"
    float16: Tolerance = Tolerance(relative=1e-3, absolute=1e-5)
    bfloat16: Tolerance = Tolerance(relative=1.6e-2, absolute=1e-5)
    float32: Tolerance = Tolerance(relative=1.3e-6, absolute=1e-5)
    float64: Tolerance = Tolerance(relative=1e-7, absolute=1e-7)
    tolerances: tuple[Rule, ...] = ()
    margins: tuple[Margin, ...] = ()
    masks: tuple[MaskName, ...] = DEFAULT_MASKS
    decisions: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    severities: tuple[SeverityRule, ...] = ()


class PolicySource(Record, frozen=True, kw_only=True):
    """Where a policy came from, and when it was read (UTC): before anything was replayed.

    ``place`` is a path, relative to the project root where it is inside, or *default*.
    """

    place: str = "default"
    read: str = ""


class PolicyChange(Record, frozen=True, kw_only=True):
    """One difference between two policies, in plain words; *other* changes no verdict by itself."""

    effect: Literal["looser", "tighter", "other"]
    text: str


def policy_digest(policy: Policy) -> str:
    """Return the digest of the canonical JSON of a policy."""
    return digest_bytes(canonical(policy))
