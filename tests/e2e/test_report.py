"""The reports of the main job: there, readable, and the same bytes from the same audit."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from tests.e2e.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_the_verdict_stands_on_page_one(audited: Project) -> None:
    pages = pypdf.PdfReader(audited.folder / "report.pdf").pages
    assert "identical" in pages[0].extract_text().lower()
    assert "identical" in (audited.folder / "report.html").read_text().lower()


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "audit.json"])
def test_the_same_audit_gives_the_same_bytes(audited: Project, tmp_path: Path, name: str) -> None:
    again = tmp_path / name
    result = audited.auditor("report", str(audited.folder / "audit.json"), "-o", str(again))
    assert result.returncode == 0, result.stderr
    assert again.read_bytes() == (audited.folder / name).read_bytes()
