"""Divergences, the worst first: what was, what is, how far apart, why perhaps, and what to do."""

from __future__ import annotations

from auditor.model.audit import Audit, Cause, Divergence, Item
from auditor.model.evidence import Magnitude
from auditor.model.policy import Tolerance
from auditor.model.record import Record
from auditor.render.text import apart, clip, count, number, one_line, plural, shown
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Finding,
    Head,
    Heading,
    Section,
    Table,
    mono,
    text,
)
from auditor.render.view.causes import cause_id, causes, linked
from auditor.render.view.same import agreed, all_replays
from auditor.render.view.words import CAUSE, SEVERITY, SEVERITY_ORDER, sides, split_subject

__all__ = ["Found", "divergences", "magnitude_words", "ranked", "tolerance_words"]

_EVIDENCE = 40
_CAUSES = 3
_SHORT = 120
_EVIDENCE_WIDTH = 400
_CHANGES = {"changed": "changed", "added": "is new", "removed": "is missing"}
_ADVICE = {
    "outcome": "Find the cause first: see the possible causes; only an experiment confirms one.",
    "environment": "Set it to the original's value, then replay again.",
    "dependency": "Install the original's version from the lock, then replay again.",
    "hardware": "Replay on the original's kind of machine, or declare a tolerance for another.",
    "randomness": "Seed every generator that the run draws from, then record the run again.",
    "source": "Restore the recorded source (the fingerprint holds its digests), then replay again.",
    "input": "Restore the recorded input (the fingerprint holds its digest), then replay again.",
}


class Found(Record, frozen=True, kw_only=True):
    """A divergence with its place in the report and the compared item it is about, if it is one."""

    id: str
    label: str
    kind: str
    title: str
    change: str
    divergence: Divergence
    item: Item | None


def ranked(audit: Audit) -> tuple[Found, ...]:
    """Return all divergences by severity, then results before surroundings, then as they came."""
    items = _by_subject(audit.items)
    order = sorted(
        audit.divergences,
        key=lambda d: (SEVERITY_ORDER.index(d.severity), d.area != "outcome"),
    )
    return tuple(_found(position, one, items) for position, one in enumerate(order, 1))


def _found(position: int, divergence: Divergence, items: dict[str, Item]) -> Found:
    kind, name = split_subject(divergence.subject, divergence.area)
    return Found(
        id=f"d{position}",
        label=f"D{position}",
        kind=kind,
        title=clip(one_line(name), 160),
        change=_CHANGES[divergence.change],
        divergence=divergence,
        item=items.get(divergence.subject) if divergence.area == "outcome" else None,
    )


def _by_subject(items: tuple[Item, ...]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        for key in (f"{item.kind}:{item.name}", item.name, item.kind):
            found.setdefault(key, item)
    return found


def divergences(audit: Audit, bounds: Bounds) -> Section:
    """Return the part on divergences and their possible causes."""
    found = ranked(audit)
    cards = [f for f in found if f.divergence.severity != "info"][: bounds.cards]
    rest = [f for f in found if f not in cards]
    blocks: list[Block] = [*_cards(audit, cards)]
    if rest:
        blocks += [_rest_heading(audit, cards), _table(audit, rest, bounds)]
    return Section(
        id="divergences",
        title="Divergences and possible causes",
        lead=_lead(audit, found),
        blocks=(*blocks, *causes(audit)),
    )


def _lead(audit: Audit, found: tuple[Found, ...]) -> str:
    if not audit.replays:
        return "Nothing was compared, so no divergence in the result could be found."
    if not found:
        return "Nothing that was compared differs: no divergence was found."
    if len(found) == 1:
        return "One divergence was found."
    return f"{plural(len(found), 'divergence')}, the most severe first."


def _rest_heading(audit: Audit, cards: list[Found]) -> Heading:
    informative = {d.severity for d in audit.divergences} == {"info"} or not cards
    title = "For information" if informative else "Further divergences"
    return Heading(id="further-divergences", title=title)


def _cards(audit: Audit, cards: list[Found]) -> list[Block]:
    return [_card(audit, found) for found in cards]


def _card(audit: Audit, found: Found) -> Finding:
    divergence, item = found.divergence, found.item
    evidence = item.evidence if item else ()
    related = linked(audit, divergence)
    return Finding(
        id=found.id,
        label=found.label,
        badge=SEVERITY[divergence.severity],
        kind=found.kind,
        title=found.title,
        change=found.change,
        sides=_sides(audit, divergence),
        facts=_facts(divergence, item, related),
        causes=_links(audit, related),
        evidence=_shown(audit, evidence[:_EVIDENCE]),
        more_evidence=max(0, len(evidence) - _EVIDENCE),
    )


def _links(audit: Audit, related: list[Cause]) -> tuple[tuple[str, str], ...]:
    """Return the likeliest causes, each with its anchor, and where the others are."""
    links = [
        (cause_id(audit, cause), f"{cause.factor} ({CAUSE[cause.status].word})")
        for cause in related[:_CAUSES]
    ]
    if len(related) > _CAUSES:
        links.append(("causes", f"{len(related) - _CAUSES} less likely"))
    return tuple(links)


def _shown(audit: Audit, evidence: tuple[str, ...]) -> tuple[str, ...]:
    lines = tuple(clip(line, _EVIDENCE_WIDTH) for line in evidence)
    if audit.kind == "compare" and lines[:1] == ("original → replay 1",):
        return ("first run → second run", *lines[1:])
    return lines


def _sides(audit: Audit, divergence: Divergence) -> tuple[tuple[str, str], ...]:
    original, names = sides(audit)
    names = names or ("Replay",)
    before, *values = _values(divergence)
    if len(set(values)) == 1:
        label = names[0] if len(values) == 1 else all_replays(len(values))
        return (original, before), (label, values[0])
    if len(names) != len(values):
        names = tuple(f"Replay {number}" for number in range(1, len(values) + 1))
    return ((original, before), *zip(names, values, strict=True))


def _values(divergence: Divergence, limit: int = 240) -> tuple[str, ...]:
    """Return the value before, and each after, so that those that differ read differently."""
    values = (divergence.before, *divergence.after)
    if divergence.change == "changed":
        return apart(values, limit)
    return tuple("absent" if value is None else shown(value, limit) for value in values)


def _facts(
    divergence: Divergence, item: Item | None, causes: list[Cause]
) -> tuple[tuple[str, str], ...]:
    size = divergence.magnitude or (item.magnitude if item else None)
    facts: list[tuple[str, str]] = []
    if size and size.differing:
        facts.append(("How far", magnitude_words(size)))
    if item and item.tolerance:
        facts.append(("Allowed", tolerance_words(item.tolerance)))
    note = divergence.note or (item.note if item else "")
    if note:
        facts.append(("Note", clip(one_line(note), 600)))
    facts.append(("What to do", _advice(divergence, causes)))
    return tuple(facts)


def _advice(divergence: Divergence, causes: list[Cause]) -> str:
    fixes = list(dict.fromkeys(cause.fix.rstrip(". ") for cause in causes if cause.fix))
    if not fixes:
        return _ADVICE[divergence.area]
    advice = "; else ".join(fixes[:_CAUSES])
    return clip(one_line(advice[:1].upper() + advice[1:] + "."), 600)


def magnitude_words(size: Magnitude) -> str:
    """Return how large a numeric difference is, in one sentence."""
    far = f"at most {number(size.max_abs, 3)} absolute and {number(size.max_rel, 3)} relative"
    if size.total == 1:
        return far.removeprefix("at most ")
    where = f", the largest at {clip(one_line(size.where), 120)}" if size.where else ""
    return f"{far}; {count(size.differing)} of {count(size.total)} numbers differ{where}"


def tolerance_words(tolerance: Tolerance) -> str:
    """Return a tolerance and who set it, in one sentence."""
    if not tolerance.absolute and not tolerance.relative:
        return f"no difference at all (set by: {one_line(tolerance.source)})"
    return (
        f"{number(tolerance.absolute, 3)} absolute plus {number(tolerance.relative, 3)} relative "
        f"(set by: {one_line(tolerance.source)})"
    )


def _table(audit: Audit, found: list[Found], bounds: Bounds) -> Table:
    original, names = sides(audit)
    rows: list[tuple[Cell, ...]] = [
        (
            text(f.label),
            Cell(badge=SEVERITY[f.divergence.severity]),
            mono(f"{f.kind} {f.title}".rstrip()),
            text(_values(f.divergence, _SHORT)[0]),
            text(*_after(names, f.divergence)),
        )
        for f in found[: bounds.rows]
    ]
    return Table(
        caption="Divergences in short",
        heads=(
            Head(name="No.", width=7),
            Head(name="Severity", width=16),
            Head(name="What", kind="mono", width=27),
            Head(name=original, width=25),
            Head(name=_others(names), width=25),
        ),
        rows=tuple(rows),
        total=len(found),
        ids=tuple(f.id for f in found[: bounds.rows]),
    )


def _others(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else "Replays"


def _after(names: tuple[str, ...], divergence: Divergence) -> tuple[str, ...]:
    values = _values(divergence, _SHORT)[1:]
    if len(names) != len(values):
        names = tuple(f"Replay {number}" for number in range(1, len(values) + 1))
    return agreed(names, values)
