"""Inputs and source: the files that the result rests on, by digest, and the repository."""

from __future__ import annotations

from auditor.model.audit import Audit
from auditor.model.fact import Fact
from auditor.model.files import File, Manifest
from auditor.render.text import clip, one_line, plural, short, size
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
from auditor.render.view.words import by_digest

__all__ = ["provenance"]

_FOLD = 20


def provenance(audit: Audit, bounds: Bounds) -> Section:
    """Return parameters, inputs, source files and the state of the repository."""
    recipe = audit.original.recipe
    blocks: list[Block] = [
        Heading(id="inputs", title="Inputs"),
        *_files("Input files", recipe.inputs, bounds),
        Heading(id="source", title="Source"),
        *_repository(audit),
        *_files("Source files that ran", recipe.source.files, bounds),
    ]
    if recipe.params:
        blocks = [Heading(id="params", title="Parameters"), _params(audit, bounds), *blocks]
    return Section(id="provenance", title="Inputs and source", blocks=tuple(blocks))


def _params(audit: Audit, bounds: Bounds) -> Table:
    params = audit.original.recipe.params
    rows: list[tuple[Cell, ...]] = [
        (
            mono(clip(one_line(name), 200)),
            mono(clip(one_line(fact.value if fact.value is not None else "unknown"), 240)),
            text(fact.how + (f", {one_line(fact.source)}" if fact.source else "")),
        )
        for name, fact in sorted(params.items(), key=_place)
    ]
    heads = (
        Head(name="Parameter", kind="mono", width=34),
        Head(name="Value", kind="mono", width=36),
        Head(name="How known", width=30),
    )
    return Table(
        caption="Parameters",
        heads=heads,
        rows=bounded(rows, bounds.rows),
        total=len(rows),
        folded=len(rows) > _FOLD,
    )


def _place(param: tuple[str, Fact[str]]) -> tuple[bool, str]:
    """Return where a parameter stands: leaves of files after what was given by itself."""
    name = param[0]
    return "#" in name, name


def _files(caption: str, fact: Fact[Manifest], bounds: Bounds) -> list[Block]:
    if fact.value is None:
        return [Paragraph(text="Not known: " + fact.reason)]
    manifest = fact.value
    if not manifest.count:
        return [Paragraph(text="None was seen.")]
    lead = f"{plural(manifest.count, 'file')}; root digest {short(manifest.root)}"
    rows: list[tuple[Cell, ...]] = [
        (
            mono(clip(one_line(file.path), 300)),
            num(size(file.size)),
            mono(short(file.digest), title=file.digest or ""),
            text(_note(file)),
        )
        for file in manifest.shown
    ]
    heads = (
        Head(name="File", kind="mono", width=46),
        Head(name="Size", kind="num", width=13),
        Head(name="SHA-256", kind="mono", width=18),
        Head(name="Note", width=23),
    )
    shown = bounded(rows, bounds.rows)
    table = Table(
        caption=caption, heads=heads, rows=shown, total=manifest.count, folded=len(rows) > _FOLD
    )
    return [Paragraph(text=f"{lead}{by_digest(manifest)}."), table]


def _note(file: File) -> str:
    if file.reason:
        return clip(one_line(file.reason), 200)
    if file.digest_at_end is not None:
        return f"changed during the run; {short(file.digest_at_end)} at its end"
    return "kept" if file.kept else "digest only"


def _repository(audit: Audit) -> list[Block]:
    fact = audit.original.recipe.source.git
    git = fact.value
    if git is None:
        return [Paragraph(text="Repository: " + (fact.reason or "not known") + ".")]
    state = "with changes that were not committed" if git.dirty else "clean"
    if git.patch:
        state += f"; the patch is kept as {short(git.patch)}"
    rows = [
        ("Commit", git.commit or "none yet"),
        ("Branch", git.branch or "none (detached)"),
        ("Remote", git.remote or "none"),
        ("State", state),
    ]
    if git.untracked:
        rows.append(("Untracked", clip(", ".join(git.untracked), 600)))
    return [Definitions(rows=tuple(rows))]
