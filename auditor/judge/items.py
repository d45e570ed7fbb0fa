"""Items: which level decides, whether they count, and why."""

from __future__ import annotations

from fnmatch import fnmatchcase

from auditor.judge.table import Finding, judged
from auditor.model.audit import Item, Levels
from auditor.model.comparison import Compared
from auditor.model.policy import Level, Policy
from auditor.model.record import Record

__all__ = ["item_of"]

_SHOWN_ONLY = "stderr is shown and not counted"


class _Decision(Record, frozen=True, kw_only=True):
    """The finding that decides; ``skipped`` says why the item does not count."""

    finding: Finding
    skipped: str = ""


def item_of(compared: Compared, policy: Policy) -> Item:
    """Return the judged item."""
    margin = _margin(compared, policy)
    findings: dict[Level, Finding | None] = {
        "bytes": judged(compared, "bytes", None),
        "values": judged(compared, "values", margin),
        "metrics": judged(compared, "metrics", margin),
        "decisions": judged(compared, "decisions", None),
    }
    decision = _decide(compared, findings, policy)
    finding = decision.finding
    return Item(
        kind=compared.kind,
        name=compared.name,
        verdict=finding.verdict,
        levels=Levels(
            **{level: found.verdict if found else None for level, found in findings.items()}
        ),
        deterministic=finding.deterministic,
        note="; ".join(filter(None, [decision.skipped, finding.note, *compared.notes])),
        counted=not decision.skipped,
        original=compared.original.value,
        replays=tuple(side.value for side in compared.replays),
        magnitude=compared.magnitude,
        tolerance=compared.tolerance,
        masks=compared.masks,
        evidence=compared.evidence,
        comparator=compared.comparator,
    )


def _decide(compared: Compared, findings: dict[Level, Finding | None], policy: Policy) -> _Decision:
    required = findings[policy.require]
    own = findings["values"] or findings["bytes"]
    assert own is not None
    skipped = _ignored(compared, policy)
    if compared.kind == "stderr":
        skipped = _SHOWN_ONLY
    # Bytes stand in for values, never for metrics: equal results in a file saved anew are the
    # reason to ask for them. How the run ended counts at any level.
    above = policy.require in {"metrics", "decisions"} and compared.kind != "exit-status"
    if required is None and above:
        skipped = skipped or f"the policy asks for {policy.require}, and it holds none"
    return _Decision(finding=required or own, skipped=skipped)


def _ignored(compared: Compared, policy: Policy) -> str:
    for glob in policy.ignore:
        if any(fnmatchcase(name, glob) for name in compared.names):
            return f"ignored by the policy: {glob}"
    return ""


def _margin(compared: Compared, policy: Policy) -> float | None:
    if compared.kind != "metric":
        return None
    for rule in reversed(policy.margins):
        if any(fnmatchcase(name, rule.match) for name in compared.names):
            return rule.margin
    return None
