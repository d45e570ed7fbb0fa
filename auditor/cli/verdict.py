"""What ``replay`` and ``compare`` say at the end, and the status they exit with."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output
from auditor.model.audit import Audit, Item
from auditor.model.digest import hex_of

__all__ = ["EXIT", "conclude"]

EXIT = {
    "identical": 0,
    "equivalent": 0,
    "consistent": 0,
    "diverged": 1,
    "not-replayed": 3,
    "inconclusive": 4,
}
_SHOWN = 10


def conclude(audit: Audit, reports: tuple[Path, ...], *, as_json: bool) -> int:
    """Print the audit, or its verdict in a few lines, and return the exit status."""
    if as_json:
        output.json_document(audit)
    else:
        for line in _lines(audit, reports):
            click.echo(line)
    return EXIT[audit.verdict]


def _lines(audit: Audit, reports: tuple[Path, ...]) -> list[str]:
    done = sum(attempt.completed for attempt in audit.attempts)
    lines = [f"verdict: {audit.verdict}"]
    if audit.reason:
        lines.append(f"  {audit.reason}")
    if audit.kind == "replay":
        looked = f": {audit.looks.ended}" if audit.looks else ""
        lines.append(f"  {done} of {len(audit.attempts)} replays completed{looked}")
    lines += _policy(audit)
    lines += [f"  {count} {word}" for word, count in _tally(audit.items).items()]
    worst = [d for d in audit.divergences if d.area == "outcome"]
    lines += [f"  {d.severity}: {d.subject} {d.change}. {d.note}".rstrip() for d in worst[:_SHOWN]]
    if len(worst) > _SHOWN:
        lines.append(f"  and {len(worst) - _SHOWN} more")
    lines += [f"  cause, {c.status}: {c.factor}: {c.evidence}" for c in audit.causes[:_SHOWN]]
    if audit.unverified:
        lines.append(f"  {len(audit.unverified)} not verified; the report names each")
    lines.append(f"audit: {hex_of(audit.id)[:12]}")
    return lines + [f"report: {path}" for path in reports]


def _policy(audit: Audit) -> list[str]:
    """Say how the policy differs from those under which earlier audits were no pass."""
    lines = [
        f"  policy, {change.effect} than for audit {hex_of(since.audit)[:12]}, {since.verdict}: "
        f"{change.text}"
        for since in audit.policy_changes
        for change in since.changes
        if change.effect != "other"
    ]
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return lines[:_SHOWN] + more


def _tally(items: tuple[Item, ...]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for item in items:
        if item.counted:
            word = f"compared, {item.verdict}"
            counted[word] = counted.get(word, 0) + 1
    return counted
