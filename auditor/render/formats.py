"""The formats, by the suffix of the file that is written."""

from __future__ import annotations

from auditor.errors import InputError
from auditor.model.audit import Audit
from auditor.render.html import render_html
from auditor.render.interface import Renderer
from auditor.render.json import render_json
from auditor.render.pdf import render_pdf

__all__ = ["RENDERERS", "render"]

RENDERERS: dict[str, Renderer] = {
    ".html": render_html,
    ".pdf": render_pdf,
    ".json": render_json,
}


def render(audit: Audit, suffix: str) -> bytes:
    """Return the audit as the format that ``suffix`` (with its dot) names.

    Raises ``InputError`` for a suffix that no renderer knows, ``MachineError`` where a library is
    missing.
    """
    renderer = RENDERERS.get(suffix)
    if renderer is None:
        raise InputError(
            f"no report format {suffix or '(no suffix)'}",
            hint=f"the suffix decides: {', '.join(RENDERERS)}",
        )
    return renderer(audit)
