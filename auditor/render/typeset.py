"""From HTML to PDF/A-3, alone in a process of its own: a job on stdin, the PDF on stdout.

It imports nothing of auditor and is started by its path, so that a document that makes the type
setter eat memory or time, or die, takes nothing else with it.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from datetime import datetime
from importlib import import_module
from typing import Any

__all__ = ["LIBRARIES_MISSING", "libraries", "main", "typeset"]

LIBRARIES_MISSING = 3
_MEMORY = 3 * 1024**3


def libraries() -> str:
    """Load the type setter and return its version.

    Raises ``OSError`` where one of the system's libraries is missing. The subset library of
    HarfBuzz is required too: without it fonts carry the time they were written at.
    """
    weasyprint = import_module("weasyprint")
    if import_module("weasyprint.text.ffi").harfbuzz_subset is None:
        raise OSError("cannot load library 'libharfbuzz-subset.so.0'")
    return str(weasyprint.__version__)


def typeset(job: dict[str, Any]) -> bytes:
    """Return the PDF of ``job``: ``html``, ``styles``, and one attachment's text and name.

    Nothing is fetched but ``data:`` addresses. The dates are the job's: the same job gives the
    same bytes.
    """
    weasyprint = import_module("weasyprint")
    fetcher = import_module("weasyprint.urls").URLFetcher(
        allowed_protocols={"data"}, allow_redirects=False
    )
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    styles = [
        weasyprint.CSS(string=s, font_config=fonts, url_fetcher=fetcher) for s in job["styles"]
    ]
    created = datetime.fromisoformat(job["created"])
    attachment = weasyprint.Attachment(
        string=job["attachment"],
        name=job["attachment_name"],
        description=job["attachment_description"],
        relationship="Data",
        created=created,
        modified=created,
    )
    pdf = weasyprint.HTML(string=job["html"], url_fetcher=fetcher).write_pdf(
        stylesheets=styles,
        font_config=fonts,
        attachments=[attachment],
        pdf_variant="pdf/a-3a",
    )
    return bytes(pdf)


def main() -> int:
    """Do the job on stdin; return the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.getLogger("weasyprint").addHandler(logging.StreamHandler(sys.stderr))
    job = json.load(sys.stdin)
    try:
        libraries()
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return LIBRARIES_MISSING
    sys.stdout.buffer.write(typeset(job))
    return 0


if __name__ == "__main__":
    sys.exit(main())
