"""An audit as a document: page one, and the parts in their order."""

from __future__ import annotations

from collections.abc import Callable

from auditor.model.audit import Audit
from auditor.render.text import clip, moment, one_line, short
from auditor.render.view.appendix import appendices
from auditor.render.view.blocks import Bounds, Document, Section
from auditor.render.view.checked import checked, not_checked
from auditor.render.view.divergences import divergences
from auditor.render.view.environment import environment
from auditor.render.view.front import front, headline, subject
from auditor.render.view.method import method
from auditor.render.view.provenance import provenance
from auditor.render.view.randomness import randomness
from auditor.render.view.reading import glossary, limits
from auditor.render.view.repeat import repeat
from auditor.render.view.results import results
from auditor.render.view.spread import spread

__all__ = ["SECTIONS", "document"]

SECTIONS: tuple[Callable[[Audit, Bounds], Section], ...] = (
    checked,
    not_checked,
    divergences,
    results,
    spread,
    environment,
    randomness,
    provenance,
    repeat,
    method,
    limits,
    glossary,
    appendices,
)


def document(audit: Audit, bounds: Bounds) -> Document:
    """Return the audit as display values; lists no longer than ``bounds`` allow."""
    return Document(
        title=f"{headline(audit)}: {clip(one_line(subject(audit)), 80)}",
        short_id=short(audit.id) if audit.id else short(audit.original_id),
        created=moment(audit.created),
        iso=audit.created,
        front=front(audit),
        sections=tuple(section(audit, bounds) for section in SECTIONS),
    )
