"""Method, tolerances and policy: the rules that the verdict follows from."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.model.digest import hex_of
from auditor.model.policy import Policy
from auditor.render.text import moment, number, one_line, short
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Definitions,
    Head,
    Heading,
    Paragraph,
    Section,
    Table,
    bounded,
    mono,
    num,
    text,
)

__all__ = ["method"]

_CONSISTENT = (
    "A metric for which the policy declares a margin: the original lies within what the replays "
    "show among themselves, and that is within the margin."
)
_VERDICTS = (
    ("identical", "The same bytes in the original and in every replay."),
    ("equivalent", "Other bytes, but every value within tolerance in every replay."),
    ("consistent", _CONSISTENT),
    ("diverged", "At least one replay differs from the original by more than is allowed."),
    ("inconclusive", "Something that counts was not recorded, not kept, or too few replays ran."),
    ("not replayed", "No replay completed."),
)


_LEAD = (
    "Verdicts follow from fixed rules and a policy that is part of the audit; they are not a "
    "matter of opinion."
)
_RULES = (
    "Each item is compared in the original and in every replay. The first of these that holds is "
    "its verdict; the worst verdict of the items that count is the audit's."
)
_FORMULA = (
    "Two numbers a and b are the same within tolerance if |a \N{MINUS SIGN} b| ≤ absolute + "
    "relative \N{MULTIPLICATION SIGN} max(|a|, |b|). Shapes, types, the places of NaN and "
    "infinity, integers, text and the exit status must be equal. Where a norm is given, an array "
    "is also within tolerance if its norm-wise relative error is no more than that."
)


def method(audit: Audit, bounds: Bounds) -> Section:
    """Return the rules of judging and the policy in force."""
    return Section(
        id="method",
        title="Method, tolerances and policy",
        lead=_LEAD,
        blocks=(
            Heading(id="verdicts", title="How a verdict is reached"),
            Paragraph(text=_RULES),
            Definitions(rows=_VERDICTS),
            Heading(id="tolerances", title="Tolerances"),
            Paragraph(text=_FORMULA),
            _tolerances(audit.policy, bounds),
            Heading(id="policy", title="The policy in force"),
            *_policy(audit, bounds),
            *_changes(audit, bounds),
        ),
    )


def _tolerances(policy: Policy, bounds: Bounds) -> Table:
    by_type = (
        ("float16", policy.float16),
        ("bfloat16", policy.bfloat16),
        ("float32", policy.float32),
        ("float64", policy.float64),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            text(name + " numbers"),
            num(number(tolerance.relative, 3)),
            num(number(tolerance.absolute, 3)),
            num(_norm(tolerance.norm)),
            text(one_line(tolerance.source)),
        )
        for name, tolerance in by_type
    ]
    rows += [
        (
            mono(one_line(rule.match)),
            num(number(rule.relative, 3)),
            num(number(rule.absolute, 3)),
            num(_norm(rule.norm)),
            text("policy"),
        )
        for rule in policy.tolerances
    ]
    heads = (
        Head(name="Applies to", width=37),
        Head(name="Relative", kind="num", width=16),
        Head(name="Absolute", kind="num", width=16),
        Head(name="Norm", kind="num", width=16),
        Head(name="Set by", width=15),
    )
    shown = bounded(rows, bounds.rows)
    return Table(
        captioned=True,
        caption="Tolerances; the last match wins",
        heads=heads,
        rows=shown,
        total=len(rows),
    )


def _norm(norm: float | None) -> str:
    return "\N{EN DASH}" if norm is None else number(norm, 3)


def _policy(audit: Audit, bounds: Bounds) -> list[Block]:
    policy = audit.policy
    rows = (
        ("Name", one_line(policy.name)),
        ("Digest", hex_of(audit.policy_digest)),
        ("Read from", one_line(audit.policy_source.place)),
        ("Level that decides", policy.require),
        ("Masked in text", ", ".join(policy.masks) or "nothing"),
        ("Counted", ", ".join(one_line(glob) for glob in policy.count) or "everything"),
        ("Left out", ", ".join(one_line(glob) for glob in policy.ignore) or "nothing"),
        *_rarer(policy),
        *_looks(audit),
    )
    margins: list[tuple[Cell, ...]] = [
        (mono(one_line(margin.match)), num(number(margin.margin))) for margin in policy.margins
    ]
    if not margins:
        none = "No equivalence margins are declared, so spread alone never excuses a difference."
        return [Definitions(rows=rows), Paragraph(text=none)]
    heads = (Head(name="Metric", kind="mono", width=70), Head(name="±", kind="num", width=30))
    shown = bounded(margins, bounds.rows)
    table = Table(
        captioned=True, caption="Equivalence margins", heads=heads, rows=shown, total=len(margins)
    )
    return [Definitions(rows=rows), table]


def _rarer(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return what most policies do not say."""
    decisions = ", ".join(one_line(glob) for glob in policy.decisions)
    graded = (f"{one_line(rule.match)}: {rule.severity}" for rule in policy.severities)
    rows = (("Decisions, besides those known by name", decisions), ("Severity", "; ".join(graded)))
    return tuple(row for row in rows if row[1])


def _looks(audit: Audit) -> tuple[tuple[str, str], ...]:
    if audit.looks is None:
        return ()
    looked = f"{audit.looks.made} of at most {audit.looks.planned}: {one_line(audit.looks.ended)}"
    return (("Looks at added replays", looked),)


def _changes(audit: Audit, bounds: Bounds) -> list[Block]:
    """Return how the policy differs from those under which earlier audits were no pass."""
    rows: list[tuple[Cell, ...]] = [
        (
            mono(short(since.audit)),
            text(since.verdict, moment(since.created)),
            text(change.effect),
            text(told),
        )
        for since in audit.policy_changes
        for change in since.changes
        if (told := one_line(change.text))
    ]
    if not rows:
        return []
    heads = (
        Head(name="Earlier audit", kind="mono", width=18),
        Head(name="Ended", width=22),
        Head(name="Now", width=10),
        Head(name="What changed", width=50),
    )
    shown = bounded(rows, bounds.rows)
    caption = "Changes of the policy since earlier audits of this run that were no pass"
    return [Table(captioned=True, caption=caption, heads=heads, rows=shown, total=len(rows))]
