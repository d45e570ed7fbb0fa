"""HTML: one file that loads nothing and runs no script."""

from __future__ import annotations

import base64
import hashlib

from auditor.model.audit import Audit
from auditor.render.templates import environment
from auditor.render.view.blocks import Bounds
from auditor.render.view.document import document

__all__ = ["render_html"]

_BOUNDS = Bounds(rows=5000, cards=200, lines=5000)


def render_html(audit: Audit) -> bytes:
    """Return the report as one HTML file in UTF-8."""
    templates = environment()
    style = templates.get_template("report/screen.css").render()
    page = templates.get_template("report/screen.html.j2").render(
        document=document(audit, _BOUNDS), style_hash=_source_hash(style)
    )
    return page.encode("utf-8")


def _source_hash(style: str) -> str:
    """Return the hash that lets a Content Security Policy (level 3) accept this style alone."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
