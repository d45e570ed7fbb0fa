"""What ``replay`` and ``compare`` say at the end, and the status they exit with."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output
from auditor.model.audit import Audit, Cause, Divergence, Item, PolicyChanges
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
_CAUSES = 5
_WIDTH = 120
_EARLIER = 3


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
    lines += _undecided(audit)
    lines += _divergences(audit)
    lines += [_cause(cause) for cause in audit.causes[:_CAUSES]]
    lines += [f"  experiment: {one.result}" for one in audit.experiments]
    if len(audit.causes) > _CAUSES:
        lines.append(f"  and {len(audit.causes) - _CAUSES} less likely; the report names each")
    if audit.unverified:
        lines.append(f"  {len(audit.unverified)} not verified; the report names each")
    lines.append(f"audit: {hex_of(audit.id)[:12]}")
    return lines + [f"report: {path}" for path in reports]


def _cause(cause: Cause) -> str:
    line = f"  cause, {cause.status}: {cause.factor} {cause.evidence}"
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _divergences(audit: Audit) -> list[str]:
    """Say what came out differently, by how much and where, and once what holds for all."""
    worst = [one for one in audit.divergences if one.area == "outcome"]
    shown = worst[:_SHOWN]
    told = [set(one.note.split("; ")) for one in shown]
    common = set[str]().union(*told[:1]).intersection(*told[1:]) - {""}
    lines = [f"  {one.severity}: {one.subject} {one.change}{_far(one)}" for one in shown]
    for number, one in enumerate(shown):
        own = [part for part in one.note.split("; ") if part and part not in common]
        lines[number] += f"; {'; '.join(own)}" if own else ""
    if len(worst) > _SHOWN:
        lines.append(f"  and {len(worst) - _SHOWN} more")
    return [*lines, *(f"  note: {note}" for note in sorted(common))]


def _far(one: Divergence) -> str:
    size = one.magnitude
    if size is None or not size.differing:
        return ""
    if one.subject.startswith("metric:"):
        return f": {one.before} → {', '.join(str(value) for value in one.after)}"
    where = f", most at {size.where}" if size.where else ""
    return f" by at most {size.max_abs:.3g}{where}"


def _policy(audit: Audit) -> list[str]:
    """Say what the policy allows that it did not in earlier audits that were no pass."""
    lines: list[str] = []
    looser = [(since, _looser(since)) for since in audit.policy_changes]
    looser = [(since, told) for since, told in looser if told]
    for since, told in looser[:_EARLIER]:
        earlier = f"audit {hex_of(since.audit)[:12]} ({since.verdict}, {since.created})"
        lines += [f"  the policy allows more than in {earlier}:", *told[:_SHOWN]]
        lines += [f"    and {len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
    more = len(looser) - _EARLIER
    return [*lines, f"  and more than in {more} before that"] if more > 0 else lines


def _looser(since: PolicyChanges) -> list[str]:
    return [f"    {change.text}" for change in since.changes if change.effect == "looser"]


def _undecided(audit: Audit) -> list[str]:
    """Say why items stay open, and with metrics how many replays would be enough."""
    if not audit.replays:
        return []
    left = [item for item in audit.items if item.counted and item.verdict == "inconclusive"]
    more = [f"  and {len(left) - _SHOWN} more"] if len(left) > _SHOWN else []
    return [f"  undecided: {item.name}: {item.note}" for item in left[:_SHOWN]] + more


def _tally(items: tuple[Item, ...]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for item in items:
        if item.counted:
            word = f"compared, {item.verdict}"
            counted[word] = counted.get(word, 0) + item.count
    return counted
