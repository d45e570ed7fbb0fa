"""Installed distributions of every run, those that differ first."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.model.facts import Distribution
from auditor.model.fingerprint import Fingerprint
from auditor.render.text import clip, one_line, plural, short
from auditor.render.view.blocks import (
    Badge,
    Block,
    Bounds,
    Cell,
    Head,
    Paragraph,
    Table,
    mono,
    text,
)
from auditor.render.view.same import agreed
from auditor.render.view.words import sides

__all__ = ["dependencies"]

_SAME = Badge(tone="good", icon="=", word="same")
_CONTENT = Badge(tone="warn", icon="≠", word="same version, other content")
_VERSION = Badge(tone="warn", icon="≠", word="differs")
_UNSURE = Badge(tone="idle", icon="?", word="content not known")
_ABSENT = "not installed"


def dependencies(audit: Audit, bounds: Bounds) -> list[Block]:
    """Return the table of distributions with a word on how they were compared."""
    fact = audit.original.recipe.dependencies
    if fact.value is None:
        return [Paragraph(text="Not known: " + fact.reason)]
    rows = _rows(audit)
    different = sum(state in {_VERSION, _CONTENT} for state, *_ in rows)
    lead = (
        f"{plural(len(rows), 'distribution')}, {different or 'none'} of which "
        f"{'differs' if different == 1 else 'differ'} in version or installed content."
        if audit.replays
        else f"{plural(len(rows), 'distribution')} installed."
    )
    imported = sum(entry.imported is True for entry in fact.value)
    if imported:
        lead += f" The run imported {imported} of them; these come first among equals."
    return [Paragraph(text=lead), _table(audit, rows, bounds)]


_Row = tuple[Badge, str, str, tuple[str, ...], str, str]


def _rows(audit: Audit) -> list[_Row]:
    _, names = sides(audit)
    original = _by_name(audit.original)
    replays = [_by_name(run) for run in audit.replays]
    rows: list[_Row] = []
    for name in sorted({*original, *(key for run in replays for key in run)}):
        mine, theirs = original.get(name), [run.get(name) for run in replays]
        versions = agreed(names, [_version(other) for other in theirs])
        digest = short(mine.digest) if mine else "—"
        rows.append((_state(mine, theirs), name, _version(mine), versions, digest, _origin(mine)))
    used = {name for name, entry in original.items() if entry.imported}
    return sorted(rows, key=lambda row: (row[0] is _SAME, row[0] is _UNSURE, row[1] not in used))


def _by_name(run: Fingerprint) -> dict[str, Distribution]:
    return {entry.name: entry for entry in run.recipe.dependencies.value or ()}


def _version(entry: Distribution | None) -> str:
    return clip(one_line(entry.version), 40) if entry else _ABSENT


def _state(mine: Distribution | None, theirs: list[Distribution | None]) -> Badge:
    if any(_version(other) != _version(mine) for other in theirs):
        return _VERSION
    digests = {entry.digest for entry in (mine, *theirs) if entry}
    if None in digests:
        return _UNSURE
    return _CONTENT if len(digests) > 1 else _SAME


def _origin(entry: Distribution | None) -> str:
    if entry is None:
        return ""
    words = ["imported"] if entry.imported else []
    if entry.origin is not None:
        editable = " (editable)" if entry.origin.editable else ""
        words.append(clip(one_line(entry.origin.url), 120) + editable)
    if entry.edited:
        words.append("edited in place: " + clip(one_line(entry.edited[0].path), 120))
    return ", ".join(words)


def _table(audit: Audit, rows: list[_Row], bounds: Bounds) -> Table:
    original, names = sides(audit)
    heads = [
        Head(name="Distribution", kind="mono", width=27),
        Head(name=original, kind="mono", width=17),
        Head(name="Content", kind="mono", width=17),
    ]
    if audit.replays:
        others = names[0] if len(names) == 1 else "Replays"
        heads[2:2] = [Head(name=others, kind="mono", width=17)]
        heads.append(Head(name="Compared", width=22))
    else:
        heads.append(Head(name="Origin", width=39))
    return Table(
        caption="Installed distributions",
        heads=tuple(heads),
        rows=tuple(_cells(row, others=bool(audit.replays)) for row in rows[: bounds.rows]),
        total=len(rows),
    )


def _cells(row: _Row, *, others: bool) -> tuple[Cell, ...]:
    state, name, before, after, digest, origin = row
    if others:
        named = mono(one_line(name), origin) if origin else mono(one_line(name))
        return named, mono(before), mono(*after), mono(digest), Cell(badge=state)
    return mono(one_line(name)), mono(before), mono(digest), text(origin or "not recorded")
