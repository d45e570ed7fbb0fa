"""What was checked, and what was not, and why."""

from __future__ import annotations

from collections import Counter

from auditor.model.audit import Audit, Verdict
from auditor.model.fingerprint import Unverified, unknown_facts
from auditor.render.text import clip, count, one_line, plural
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
    num,
    text,
)
from auditor.render.view.words import ITEM, KINDS, fact_name, item_name, sides

__all__ = ["checked", "not_checked", "unverified"]

_REASON = 600


def checked(audit: Audit, bounds: Bounds) -> Section:
    """Return what was compared: counts by kind and verdict, and by which means."""
    del bounds  # one row a kind
    blocks: list[Block] = [_tally(audit)] if audit.replays and audit.items else []
    return Section(
        id="checked",
        title="What was checked",
        lead=_lead(audit),
        blocks=(*blocks, Definitions(rows=_means(audit))),
    )


def _lead(audit: Audit) -> str:
    if not audit.replays:
        return "Nothing could be compared, because there is no second run to compare with."
    compared = sum(item.count for item in audit.items)
    counted = sum(item.count for item in audit.items if item.counted)
    return (
        f"{plural(compared, 'item')} compared, of which {count(counted)} count towards the verdict."
    )


def _tally(audit: Audit) -> Table:
    used = [verdict for verdict in ITEM if any(item.verdict == verdict for item in audit.items)]
    rows: list[tuple[Cell, ...]] = []
    for kind, (_, many) in KINDS.items():
        verdicts: Counter[Verdict] = Counter()
        for item in audit.items:
            verdicts[item.verdict] += item.count if item.kind == kind else 0
        if verdicts.total():
            cells = [num(count(verdicts[verdict])) for verdict in used]
            rows.append((text(many.capitalize()), num(count(verdicts.total())), *cells))
    width = 70 // (len(used) + 1)
    return Table(
        caption="Compared items by kind and verdict",
        heads=(
            Head(name="Kind", width=100 - width * (len(used) + 1)),
            Head(name="compared", kind="num", width=width),
            *(Head(name=ITEM[verdict].word, kind="num", width=width) for verdict in used),
        ),
        rows=tuple(rows),
        total=len(rows),
    )


def _means(audit: Audit) -> tuple[tuple[str, str], ...]:
    comparators = sorted({item.comparator for item in audit.items if item.comparator})
    masks: Counter[str] = Counter()
    for item in audit.items:
        masks.update({mask.rule: mask.count for mask in item.masks})
    rows = [("Question that decides", _QUESTIONS[audit.policy.require])]
    if comparators and audit.replays:
        rows.append(("Read and compared by", ", ".join(comparators)))
    if masks:
        hidden = ", ".join(f"{rule} ({count(masks[rule])})" for rule in sorted(masks))
        rows.append(("Hidden in text", f"volatile parts, before comparing: {hidden}"))
    inputs = audit.original.recipe.inputs.value
    if inputs is not None:
        known = inputs.count - inputs.unread
        rows.append(("Inputs", f"{plural(known, 'file')} with a recorded SHA-256 digest"))
    if audit.kind == "replay":
        rows += [
            (f"Replay {attempt.number}", _one_attempt(attempt.completed, attempt.reason))
            for attempt in audit.attempts
        ]
    return tuple(rows)


_QUESTIONS = {
    "bytes": "Same bytes? A file counts as the same only if every byte is.",
    "values": "Same values? Files of a known kind are compared by their content, others by bytes.",
    "metrics": "Same metrics? The figures that the run reports decide.",
    "decisions": "Same decisions? What the model predicts decides, not its inner numbers.",
}


def _one_attempt(completed: bool, reason: str) -> str:  # noqa: FBT001 - the two fields of an attempt
    if completed:
        return "completed"
    return f"did not complete: {clip(one_line(reason), _REASON) or 'no reason was recorded'}"


def not_checked(audit: Audit, bounds: Bounds) -> Section:
    """Return all that is unknown, was not restored, or does not count, with the reason of each."""
    groups = _groups(audit)
    blocks: list[Block] = []
    for identity, title, rows in groups:
        if rows:
            blocks += [Heading(id=identity, title=title), _reasons(title, rows, bounds)]
    if not blocks:
        blocks = [Paragraph(text="Every fact was recorded, and every item that was found counts.")]
    return Section(
        id="not-checked",
        title="What was not checked, and why",
        lead="A cause that is not known never changes a verdict; a result that was not recorded "
        "makes it inconclusive.",
        blocks=tuple(blocks),
    )


def unverified(audit: Audit) -> frozenset[tuple[str, str]]:
    """Return every gap that the report names, each once, as what and why."""
    *gaps, _uncounted_items = _groups(audit)
    return frozenset(pair for _, _, pairs in gaps for pair in pairs)


def _groups(audit: Audit) -> tuple[tuple[str, str, list[tuple[str, str]]], ...]:
    plan = audit.plan
    restored = _pairs((*plan.lock.unlocked, *plan.unhonoured)) if plan else []
    original = _pairs(unknown_facts(audit.original))
    elsewhere = {*restored, *original}
    verified = [
        (what, why)
        for what, why in _pairs(audit.unverified)
        if (what, why) not in elsewhere and (what, _same_as(why)) not in elsewhere
    ]
    replays = [
        pair
        for replay in audit.replays
        for pair in _pairs(unknown_facts(replay))
        if pair not in {*elsewhere, *verified}
    ]
    return (
        ("not-verified", "Not verified", verified),
        ("not-restored", "Recorded, but not restored in the replay", restored),
        ("not-known", f"Not known about the {sides(audit)[0].lower()}", original),
        ("not-known-others", "Not known about the other runs", list(dict.fromkeys(replays))),
        ("not-counted", "Compared, but not counted", _uncounted(audit)),
    )


def _same_as(reason: str) -> str:
    """Return the reason itself, where a comparison repeats whose fact is not known before it."""
    return reason.partition(": ")[2] if reason.startswith("not known of ") else reason


def _pairs(found: tuple[Unverified, ...]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((fact_name(entry.subject), entry.reason) for entry in found))


def _uncounted(audit: Audit) -> list[tuple[str, str]]:
    if not audit.replays:
        return []
    return [
        (item_name(item), item.note or f"shown, not counted; {ITEM[item.verdict].word}")
        for item in audit.items
        if not item.counted
    ]


def _reasons(title: str, pairs: list[tuple[str, str]], bounds: Bounds) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (text(clip(one_line(subject), 200)), text(clip(one_line(reason), _REASON)))
        for subject, reason in pairs
    ]
    return Table(
        caption=title,
        heads=(Head(name="What", width=34), Head(name="Why", width=66)),
        rows=bounded(rows, bounds.rows),
        total=len(rows),
    )
