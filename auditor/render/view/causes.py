"""Possible causes: factors, how sure each is, on what evidence, and what to do about it."""

from __future__ import annotations

from auditor.model.audit import Audit, Cause, Divergence, Experiment
from auditor.render.text import clip, one_line, plural
from auditor.render.view.blocks import Block, Cell, Head, Heading, Paragraph, Table, mono, text
from auditor.render.view.words import CAUSE

__all__ = ["cause_id", "causes", "linked"]

_WORDS = 500


def linked(audit: Audit, divergence: Divergence) -> list[Cause]:
    """Return the causes that may explain a divergence: for a result all, else those that are it."""
    live = [cause for cause in audit.causes if cause.status != "ruled-out"]
    if divergence.area == "outcome":
        return live
    return [cause for cause in live if cause.factor == divergence.subject]


def cause_id(audit: Audit, cause: Cause) -> str:
    """Return the anchor of a cause."""
    return f"cause-{audit.causes.index(cause) + 1}"


def causes(audit: Audit) -> list[Block]:
    """Return the list of possible causes."""
    heading = Heading(id="causes", title="Possible causes")
    tried = [_experiment(one) for one in audit.experiments]
    if not audit.causes:
        return [heading, Paragraph(text=_none(audit)), *tried]
    lead = (
        "A candidate is something that differs or was not fixed; it may or may not be the cause. "
        "It is confirmed only by an experiment that changes it alone and changes it back."
    )
    return [heading, Paragraph(text=lead, quiet=True), _table(audit), *tried]


def _experiment(experiment: Experiment) -> Paragraph:
    done = sum(attempt.completed for attempt in experiment.attempts)
    made = f"{done} of {plural(len(experiment.attempts), 'replay')} completed"
    what = f"Experiment with {experiment.setting}" + (f" ({made})" if experiment.attempts else "")
    said = clip(one_line(experiment.result), _WORDS)
    return Paragraph(text=f"{what}, which takes no part in the verdict: {said}.")


def _because(cause: Cause) -> list[str]:
    words = [cause.evidence, cause.reason]
    return [clip(one_line(one), _WORDS) for one in words if one]


def _none(audit: Audit) -> str:
    if not audit.replays:
        return "Nothing was compared, so there is nothing to explain."
    if all(item.verdict == "identical" for item in audit.items):
        return "No result differs, so there is no cause to look for."
    return "No candidate for a cause was found in what was recorded."


def _table(audit: Audit) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            mono(cause.factor, cause.group),
            Cell(badge=CAUSE[cause.status]),
            text(*_because(cause)),
            text(clip(one_line(cause.fix), _WORDS)),
        )
        for cause in audit.causes
    )
    return Table(
        caption="Possible causes",
        heads=(
            Head(name="Factor", kind="mono", width=22),
            Head(name="Status", width=18),
            Head(name="Evidence", width=32),
            Head(name="What to do", width=28),
        ),
        rows=rows,
        total=len(rows),
        ids=tuple(cause_id(audit, cause) for cause in audit.causes),
    )
