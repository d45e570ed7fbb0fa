"""Reports of an audit: one file per format, over one view and the templates."""

from auditor.render.formats import RENDERERS, render
from auditor.render.interface import Renderer
from auditor.render.pdf import check_pdf

__all__ = ["RENDERERS", "Renderer", "check_pdf", "render"]
