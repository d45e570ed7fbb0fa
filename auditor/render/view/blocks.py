"""What a page is made of: plain display values that a template turns into marks."""

from __future__ import annotations

from typing import Literal

from auditor.model.record import Record

__all__ = [
    "Badge",
    "Block",
    "Bounds",
    "Cell",
    "Chart",
    "Code",
    "Definitions",
    "Document",
    "Finding",
    "Front",
    "Head",
    "Heading",
    "Image",
    "KeyFigure",
    "Lines",
    "Mark",
    "Paragraph",
    "Pictures",
    "Section",
    "Strip",
    "Table",
    "Tone",
    "bounded",
    "mono",
    "num",
    "text",
]

Tone = Literal["good", "warn", "bad", "idle"]


class Bounds(Record, frozen=True, kw_only=True):
    """How much of long lists a format shows: table rows, finding cards, lines of code."""

    rows: int
    cards: int
    lines: int


class Badge(Record, frozen=True, kw_only=True):
    """A state as an icon and a word, so that colour never says it alone."""

    tone: Tone
    icon: str
    word: str


class Cell(Record, frozen=True, kw_only=True):
    """One cell: ``lines`` of text, or a badge. ``title`` is the whole of what was shortened."""

    lines: tuple[str, ...] = ()
    kind: Literal["text", "num", "mono"] = "text"
    badge: Badge | None = None
    title: str = ""
    href: str = ""


class Head(Record, frozen=True, kw_only=True):
    """A column: its name, the kind of its cells, and its share of the width in per cent."""

    name: str
    kind: Literal["text", "num", "mono"] = "text"
    width: int


class Table(Record, frozen=True, kw_only=True):
    """Rows, of which ``total`` there are and maybe fewer here.

    ``ids`` are anchors, one a row. ``captioned``: the caption is seen, where no heading says it.
    """

    block: Literal["table"] = "table"
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    ids: tuple[str, ...] = ()
    captioned: bool = False
    folded: bool = False


class Paragraph(Record, frozen=True, kw_only=True):
    """Prose; ``quiet`` is set smaller."""

    block: Literal["paragraph"] = "paragraph"
    text: str
    quiet: bool = False


class Heading(Record, frozen=True, kw_only=True):
    """A heading within a section."""

    block: Literal["heading"] = "heading"
    id: str
    title: str


class Code(Record, frozen=True, kw_only=True):
    """Text as it is, in lines; ``total`` lines there are and maybe fewer here."""

    block: Literal["code"] = "code"
    caption: str
    lines: tuple[str, ...]
    total: int
    folded: bool = False


class Definitions(Record, frozen=True, kw_only=True):
    """Terms and what they mean or are."""

    block: Literal["definitions"] = "definitions"
    rows: tuple[tuple[str, str], ...]


class Finding(Record, frozen=True, kw_only=True):
    """One divergence: ``sides`` are label and value, original first; ``facts`` term and words."""

    block: Literal["finding"] = "finding"
    id: str
    label: str
    badge: Badge
    kind: str
    title: str
    change: str
    sides: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    causes: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    more_evidence: int = 0


class Mark(Record, frozen=True, kw_only=True):
    """A value in a strip: ``x`` in units of the drawing, and whose it is."""

    x: float
    original: bool
    name: str


class Strip(Record, frozen=True, kw_only=True):
    """One metric of a chart: its marks on an axis of its own, from ``low`` to ``high``."""

    name: str
    y: float
    low: str
    high: str
    marks: tuple[Mark, ...]


class Chart(Record, frozen=True, kw_only=True):
    """Strips under one another; ``summary`` says in words what the picture shows."""

    block: Literal["chart"] = "chart"
    caption: str
    summary: str
    width: int
    height: int
    left: int
    right: int
    original: str
    others: str
    strips: tuple[Strip, ...]


class Lines(Record, frozen=True, kw_only=True):
    """Two lines over steps, as SVG paths in units of the drawing.

    ``parted`` is where a mark says that they part; ``summary`` says in words what is seen.
    """

    block: Literal["lines"] = "lines"
    caption: str
    summary: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    original: str
    other: str
    first: str
    second: str
    parted: float | None
    parted_label: str
    low: str
    high: str
    start: str
    end: str


class Image(Record, frozen=True, kw_only=True):
    """A picture as a ``data:`` address, and what it is."""

    label: str
    source: str


class Pictures(Record, frozen=True, kw_only=True):
    """Pictures side by side."""

    block: Literal["pictures"] = "pictures"
    caption: str
    images: tuple[Image, ...]


Block = Table | Paragraph | Heading | Code | Definitions | Finding | Chart | Lines | Pictures


class Section(Record, frozen=True, kw_only=True):
    """One numbered part of the report."""

    id: str
    title: str
    lead: str = ""
    blocks: tuple[Block, ...]


class KeyFigure(Record, frozen=True, kw_only=True):
    """A large figure with its name and what it is made of."""

    name: str
    figure: str
    parts: tuple[str, ...] = ()


class Front(Record, frozen=True, kw_only=True):
    """Page one."""

    subject: str
    badge: Badge
    sentence: str
    detail: str
    scope: str
    figures: tuple[KeyFigure, ...]
    findings: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]


class Document(Record, frozen=True, kw_only=True):
    """A report, ready for any template."""

    title: str
    short_id: str
    created: str
    iso: str
    front: Front
    sections: tuple[Section, ...]


def text(*lines: str, title: str = "", href: str = "") -> Cell:
    """Return a cell of words."""
    return Cell(lines=lines, title=title, href=href)


def mono(*lines: str, title: str = "") -> Cell:
    """Return a cell of names, paths or digests."""
    return Cell(lines=lines, kind="mono", title=title)


def num(*lines: str, title: str = "") -> Cell:
    """Return a cell of figures, which align at the right."""
    return Cell(lines=lines, kind="num", title=title)


def bounded(rows: list[tuple[Cell, ...]], limit: int) -> tuple[tuple[Cell, ...], ...]:
    """Return the first ``limit`` rows."""
    return tuple(rows[:limit])
