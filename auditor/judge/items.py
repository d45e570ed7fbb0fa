"""Items: which level decides, whether they count, and why."""

from __future__ import annotations

from auditor.judge.interval import Spread
from auditor.judge.rules import skipped
from auditor.judge.table import Finding, judged
from auditor.model.audit import Item, Levels
from auditor.model.comparison import Compared
from auditor.model.policy import Level, Policy
from auditor.model.record import Record

__all__ = ["item_of"]


class _Decision(Record, frozen=True, kw_only=True):
    """The finding that decides; ``skipped`` says why the item does not count."""

    finding: Finding
    skipped: str = ""


def item_of(compared: Compared, policy: Policy, spread: Spread | None = None) -> Item:
    """Return the judged item; ``spread`` is what a margin says of a metric."""
    findings: dict[Level, Finding | None] = {
        "bytes": judged(compared, "bytes"),
        "values": judged(compared, "values", spread),
        "metrics": judged(compared, "metrics", spread),
        "decisions": judged(compared, "decisions"),
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
        beyond_spread=finding.beyond_spread,
        note="; ".join(filter(None, [decision.skipped, finding.note, *compared.notes])),
        counted=not decision.skipped,
        original=compared.original.value,
        replays=tuple(side.value for side in compared.replays),
        magnitude=compared.magnitude,
        tolerance=compared.tolerance,
        masks=compared.masks,
        evidence=compared.evidence,
        tensors=compared.tensors,
        curves=compared.curves,
        pictures=compared.pictures,
        comparator=compared.comparator,
        count=compared.count,
    )


def _decide(compared: Compared, findings: dict[Level, Finding | None], policy: Policy) -> _Decision:
    required = findings[policy.require]
    own = findings["values"] or findings["bytes"]
    assert own is not None
    left_out = skipped(compared, policy)
    # Bytes stand in for values, never for metrics: equal results in a file saved anew are the
    # reason to ask for them. How the run ended counts at any level.
    above = policy.require in {"metrics", "decisions"} and compared.kind != "exit-status"
    if required is None and above:
        left_out = left_out or f"the policy asks for {policy.require}, and none were found in it"
    return _Decision(finding=required or own, skipped=left_out)
