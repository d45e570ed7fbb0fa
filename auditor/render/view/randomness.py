"""Seeds that were set, and generators that drew without one."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.model.facts import GeneratorUse, Seed
from auditor.model.fingerprint import Fingerprint
from auditor.render.text import clip, count, one_line
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Head,
    Heading,
    Paragraph,
    Section,
    Table,
    bounded,
    mono,
    num,
)
from auditor.render.view.words import sides

__all__ = ["randomness"]


def randomness(audit: Audit, bounds: Bounds) -> Section:
    """Return what fixed the run's randomness, and what did not."""
    blocks: list[Block] = [
        Heading(id="seeds", title="Seeds that were set"),
        *_seeds(audit.original, bounds),
        Heading(id="unseeded", title="Generators that drew without a seed"),
        *_unseeded(audit, bounds),
    ]
    return Section(id="randomness", title="Seeds and randomness", blocks=tuple(blocks))


def _seeds(run: Fingerprint, bounds: Bounds) -> list[Block]:
    fact = run.recipe.seeds
    if fact.value is None:
        return [Paragraph(text="Not known: " + fact.reason)]
    if not fact.value:
        return [Paragraph(text="The original set no seed that was seen.")]
    heads = (
        Head(name="Library", kind="mono", width=14),
        Head(name="Function", kind="mono", width=28),
        Head(name="Seed", kind="mono", width=20),
        Head(name="First set at", kind="mono", width=28),
        Head(name="Times", kind="num", width=10),
    )
    rows = [_seed(seed) for seed in fact.value]
    shown = bounded(rows, bounds.rows)
    return [Table(caption="Seeds of the original", heads=heads, rows=shown, total=len(rows))]


def _seed(seed: Seed) -> tuple[Cell, ...]:
    words = (seed.library, seed.function, seed.value, seed.site)
    return (*(mono(clip(one_line(word), 160)) for word in words), num(count(seed.count)))


def _unseeded(audit: Audit, bounds: Bounds) -> list[Block]:
    original, names = sides(audit)
    fact = audit.original.record.generators
    if fact.value is None:
        return [Paragraph(text="Not known: " + fact.reason)]
    rows = [
        (mono(name), *_use(use))
        for name, run in zip((original, *names), (audit.original, *audit.replays), strict=True)
        for use in run.record.generators.value or ()
    ]
    if not rows:
        return [Paragraph(text="None was seen to.")]
    heads = (
        Head(name="Run", width=16),
        Head(name="Library", kind="mono", width=14),
        Head(name="Function", kind="mono", width=30),
        Head(name="First drawn at", kind="mono", width=30),
        Head(name="Times", kind="num", width=10),
    )
    lead = (
        "These started from the operating system's entropy: their numbers are others in every run."
    )
    shown = bounded([(Cell(lines=row[0].lines), *row[1:]) for row in rows], bounds.rows)
    table = Table(caption="Unseeded generators", heads=heads, rows=shown, total=len(rows))
    return [Paragraph(text=lead), table]


def _use(use: GeneratorUse) -> tuple[Cell, ...]:
    words = (use.library, use.function, use.site or "not known")
    return (*(mono(clip(one_line(word), 160)) for word in words), num(count(use.count)))
