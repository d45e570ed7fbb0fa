"""The environment of every run: what differs first, then what is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.model.audit import Audit
from auditor.model.fact import Fact
from auditor.model.fingerprint import Fingerprint
from auditor.render.text import clip, one_line, plural
from auditor.render.view.blocks import (
    Badge,
    Block,
    Bounds,
    Cell,
    Head,
    Heading,
    Paragraph,
    Section,
    Table,
    mono,
    text,
)
from auditor.render.view.dependencies import dependencies
from auditor.render.view.machine import MACHINE
from auditor.render.view.same import agreed
from auditor.render.view.words import sides

__all__ = ["environment"]

_SAME = Badge(tone="good", icon="=", word="same")
_NOT_KNOWN = Badge(tone="idle", icon="?", word="not known")
_DIFFERS = Badge(tone="warn", icon="≠", word="differs")
_WIDTH = 300


def environment(audit: Audit, bounds: Bounds) -> Section:
    """Return interpreter, system, hardware, numeric libraries, variables and dependencies."""
    blocks: list[Block] = [
        Heading(id="machine", title="Interpreter, system and hardware"),
        _machine(audit),
        Heading(id="variables", title="Environment variables"),
        *_variables(audit, bounds),
        Heading(id="dependencies", title="Dependencies"),
        *dependencies(audit, bounds),
    ]
    lead = (
        "What the runs stood on. Facts that differ come first; host names differ by nature."
        if audit.replays
        else "What the original stood on."
    )
    return Section(id="environment", title="Environment", lead=lead, blocks=tuple(blocks))


def _side_heads(audit: Audit) -> tuple[str, str]:
    """Return the names of the column of the original and of the one of the others."""
    original, names = sides(audit)
    return original, names[0] if len(names) == 1 else "Replays"


def _machine(audit: Audit) -> Table:
    _, names = sides(audit)
    rows = []
    for label, fact, words in MACHINE:
        before = _said(fact(audit.original), words)
        after = [_said(fact(replay), words) for replay in audit.replays]
        if before == "none" and all(value == "none" for value in after):
            continue
        rows.append(
            (_state(before, after), label, before, agreed(names, after), fact(audit.original).how)
        )
    rows.sort(key=lambda row: row[0] is not _DIFFERS)
    return Table(
        caption="Interpreter, system and hardware",
        heads=_heads(audit),
        rows=tuple(
            (
                text(label),
                text(before),
                *((text(*after), Cell(badge=state)) if audit.replays else ()),
                text(how),
            )
            for state, label, before, after, how in rows
        ),
        total=len(rows),
    )


def _heads(audit: Audit) -> tuple[Head, ...]:
    original, others = _side_heads(audit)
    if not audit.replays:
        return (
            Head(name="Fact", width=24),
            Head(name=original, width=60),
            Head(name="How known", width=16),
        )
    return (
        Head(name="Fact", width=17),
        Head(name=original, width=29),
        Head(name=others, width=29),
        Head(name="Compared", width=12),
        Head(name="How known", width=13),
    )


def _said(fact: Fact[Any], words: Callable[[Any], str]) -> str:
    if fact.value is None:
        return "unknown"
    return clip(one_line(words(fact.value)), _WIDTH) or "none"


def _state(before: str, after: list[str]) -> Badge:
    if "unknown" in {before, *after}:
        return _NOT_KNOWN
    return _DIFFERS if any(value != before for value in after) else _SAME


def _variables(audit: Audit, bounds: Bounds) -> list[Block]:
    known = audit.original.recipe.environment.variables.value
    if known is None:
        return [Paragraph(text="Not known: " + audit.original.recipe.environment.variables.reason)]
    withheld = clip(", ".join(known.withheld), 1200)
    note = Paragraph(
        text=f"{plural(len(known.withheld), 'other variable')} set; only the names were recorded: "
        f"{withheld}."
        if known.withheld
        else "No other variables were set.",
        quiet=True,
    )
    names = sorted({*known.values, *(name for run in audit.replays for name in _values(run))})
    if not names:
        return [
            Paragraph(text="None of the variables that are recorded with their value was set."),
            note,
        ]
    return [_variable_table(audit, names, bounds), note]


def _variable_table(audit: Audit, names: list[str], bounds: Bounds) -> Table:
    _, runs = sides(audit)
    rows = []
    for name in names:
        before = _variable(audit.original, name)
        after = [_variable(run, name) for run in audit.replays]
        rows.append((_state(before, after), name, before, agreed(runs, after)))
    rows.sort(key=lambda row: row[0] is not _DIFFERS)
    original, others = _side_heads(audit)
    heads = [
        Head(name="Variable", kind="mono", width=30),
        Head(name=original, kind="mono", width=29 if audit.replays else 70),
    ]
    if audit.replays:
        heads += [Head(name=others, kind="mono", width=29), Head(name="Compared", width=12)]
    return Table(
        caption="Environment variables",
        heads=tuple(heads),
        rows=tuple(
            (
                mono(one_line(name)),
                mono(before),
                *((mono(*after), Cell(badge=state)) if audit.replays else ()),
            )
            for state, name, before, after in rows[: bounds.rows]
        ),
        total=len(rows),
    )


def _values(run: Fingerprint) -> dict[str, str]:
    variables = run.recipe.environment.variables.value
    return variables.values if variables else {}


def _variable(run: Fingerprint, name: str) -> str:
    return clip(one_line(_values(run).get(name, "not set")), _WIDTH) or "(empty)"
