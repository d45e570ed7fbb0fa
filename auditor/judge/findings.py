"""What came out differently, as divergences, and what could not be decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from auditor.judge.rules import severity_of
from auditor.model.audit import Divergence, Item, Severity
from auditor.model.comparison import Compared, Side
from auditor.model.fingerprint import Unverified
from auditor.model.policy import Policy

__all__ = ["divergence_of", "graded", "ranked", "undecided"]

_RANK = {"critical": 0, "major": 1, "minor": 2, "info": 3}
_SEVERITY: dict[str, Severity] = {
    "exit-status": "critical",
    "metric": "critical",
    "file": "major",
    "stdout": "major",
    "stderr": "info",
}


def divergence_of(compared: Compared, item: Item, policy: Policy) -> Divergence | None:
    """Return what is to be said of an item that diverged, ``None`` of one that did not."""
    if item.verdict != "diverged":
        return None
    return Divergence(
        area="outcome",
        subject=_subject(item),
        change=_change(compared),
        before=_shown(compared.original),
        after=tuple(_shown(side) for side in compared.replays),
        magnitude=item.magnitude,
        severity=_severity(compared, item, policy),
        note="; ".join(filter(None, [_manner(item), item.note])),
    )


def graded(divergences: Iterable[Divergence], policy: Policy) -> tuple[Divergence, ...]:
    """Return divergences of the surroundings, each as severe as the policy says."""
    return tuple(
        msgspec.structs.replace(one, severity=severity_of((one.subject,), policy, one.severity))
        for one in divergences
    )


def ranked(divergences: Iterable[Divergence]) -> tuple[Divergence, ...]:
    """Return them worst first, then by subject."""
    return tuple(sorted(divergences, key=lambda one: (_RANK[one.severity], one.subject)))


def undecided(items: tuple[Item, ...]) -> tuple[Unverified, ...]:
    """Return the items that could not be decided, and why."""
    return tuple(
        Unverified(subject=_subject(item), reason=item.note)
        for item in items
        if item.verdict == "inconclusive"
    )


def _severity(compared: Compared, item: Item, policy: Policy) -> Severity:
    if not item.counted:
        return "info"
    return severity_of((*compared.names, _subject(item)), policy, _SEVERITY[item.kind])


def _subject(item: Item) -> str:
    return f"{item.kind}:{item.name}" if item.kind in {"file", "metric"} else item.kind


def _change(compared: Compared) -> Literal["changed", "added", "removed"]:
    if compared.original.state == "absent":
        return "added"
    gone = all(side.state == "absent" for side in compared.replays)
    return "removed" if gone else "changed"


def _shown(side: Side) -> Any:  # noqa: ANN401 - a number, a digest, a status
    return "not recorded" if side.state == "unrecorded" else side.value


def _manner(item: Item) -> str:
    if item.deterministic is None:
        alone = len(item.replays) == 1
        return "a single other run cannot tell whether chance decides it" if alone else ""
    if item.deterministic:
        return "the replays agree with each other, not with the original"
    return "the replays disagree with each other"
