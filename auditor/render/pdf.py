"""PDF/A-3: the report for paper and archives, with the audit's JSON attached."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from datetime import UTC, datetime

from auditor.errors import MachineError
from auditor.model.audit import Audit
from auditor.model.canonical import canonical
from auditor.render import typeset
from auditor.render.templates import environment, folder
from auditor.render.view.blocks import Bounds
from auditor.render.view.document import document

__all__ = ["check_pdf", "job", "render_pdf"]

_BOUNDS = Bounds(rows=150, cards=20, lines=400)
_SECONDS = 180
_APT = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FACES = (
    ("Report Sans", 400, "IBMPlexSans-Regular.ttf"),
    ("Report Sans", 600, "IBMPlexSans-SemiBold.ttf"),
    ("Report Mono", 400, "IBMPlexMono-Regular.ttf"),
    ("Report Wide", 400, "DejaVuSans.ttf"),
    ("Report Wide Mono", 400, "DejaVuSansMono.ttf"),
)

_log = logging.getLogger(__name__)


def check_pdf() -> str:
    """Return the type setter's name and version.

    Raises ``MachineError`` with the line that mends it.
    """
    try:
        return f"WeasyPrint {typeset.libraries()}"
    except OSError as error:
        raise _missing(str(error)) from None


def render_pdf(audit: Audit) -> bytes:
    """Return the report as PDF/A-3a, made in a process of its own with bounded memory and time.

    Raises ``MachineError`` where a library is missing, or that process dies or takes too long.
    """
    command = [sys.executable, "-P", typeset.__file__]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(job(audit)).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"it took longer than {_SECONDS} seconds") from None
    except OSError as error:
        raise _failed(str(error)) from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == typeset.LIBRARIES_MISSING:
        raise _missing(said)
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        raise _failed(said.rpartition("\n")[2] or f"it ended with status {done.returncode}")
    for line in dict.fromkeys(said.splitlines()):
        _log.warning("PDF: %s", line)
    return done.stdout


def job(audit: Audit) -> dict[str, object]:
    """Return all that the type setter needs, as JSON values."""
    templates = environment()
    page = templates.get_template("report/print.html.j2").render(
        document=document(audit, _BOUNDS), maker=f"{audit.tool.name} {audit.tool.version}"
    )
    return {
        "html": page,
        "styles": [_fonts(), templates.get_template("report/print.css").render()],
        "attachment": canonical(audit).decode(),
        "attachment_name": "audit.json",
        "attachment_description": "The audit, of which this report is a view (RFC 8785 JSON)",
        "created": _created(audit).isoformat(),
    }


def _created(audit: Audit) -> datetime:
    try:
        return datetime.fromisoformat(audit.created).astimezone(UTC)
    except (ValueError, OverflowError):
        return _EPOCH


def _fonts() -> str:
    """Return the report's faces as ``data:`` addresses, so that it looks the same everywhere."""
    return "\n".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url({_data(file)})}}'
        for family, weight, file in _FACES
    )


def _data(file: str) -> str:
    encoded = base64.b64encode((folder() / "fonts" / file).read_bytes()).decode()
    return f"data:font/ttf;base64,{encoded}"


def _missing(detail: str) -> MachineError:
    first = detail.splitlines()[0] if detail else "a library is missing"
    return MachineError(f"cannot make a PDF: {first}", hint=_APT)


def _failed(detail: str) -> MachineError:
    return MachineError(
        f"cannot make a PDF: {detail}", hint="write the report as .html, which needs no library"
    )
