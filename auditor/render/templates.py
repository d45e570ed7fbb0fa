"""Templates and fonts: where they lie, and the one way in which text gets into them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.render.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "folder"]


def folder() -> Path:
    """Return the folder of the templates: in the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


@functools.cache
def environment() -> Environment:
    """Return the Jinja2 environment: everything escaped, everything visible, nothing undefined."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - slow

    return Environment(
        loader=FileSystemLoader(folder()),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """Make hidden characters visible in every text printed; what is escaped markup already was."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return visible(value)
    return value
