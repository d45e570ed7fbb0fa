"""The report's commands, taken out of the report and run as they stand."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from auditor.render.by_hand import TAG
from tests.e2e.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]
BLOCK = re.compile(r"<pre[^>]*>(.*?)</pre>", re.DOTALL)
MARKUP = re.compile(r"<[^>]+>")


def commands(report: Path) -> list[str]:
    """Return the blocks of the section that is done by hand."""
    text = report.read_text(encoding="utf-8")
    start = text.index('id="with-docker"')
    end = text.index('id="check-outputs"')
    blocks = BLOCK.findall(text[start:end])
    return [html.unescape(MARKUP.sub("", block)).strip("\n") for block in blocks]


def test_what_the_report_says_to_repeat_by_hand_gives_the_same_outputs(
    audited: Project, tmp_path: Path
) -> None:
    write, build, run, check = commands(audited.folder / "report.html")
    assert write.startswith("auditor replay --plan ")
    tag = f"by-hand-{uuid.uuid4().hex[:8]}"  # of this test, so that none is removed that is not
    folder = tmp_path / "new folder"
    folder.mkdir()
    own = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    # The run is in the store of the project; the rest is Docker's alone.
    script = f"""set -eu
        cd '{audited.folder}'
        {write.replace("-o by-hand", f"-o '{folder}/by-hand'")} >&2
        cd '{folder}'
        {build}
        {run}
        {check}
    """.replace(TAG, tag)
    try:
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=tmp_path,
            env=audited.environment | own,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
    finally:
        subprocess.run(["docker", "rmi", tag], check=False, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = done.stdout.splitlines()
    for name in ("metrics.json", "model.joblib", "predictions.npy", "confusion.csv"):
        assert f"{name}: OK" in outputs
    original = (audited.folder / "metrics.json").read_bytes()
    assert (folder / "by-hand" / "tree" / "metrics.json").read_bytes() == original


def test_the_plan_is_printed_and_nothing_is_replayed(audited: Project) -> None:
    before = sorted((audited.folder / ".auditor" / "audits").iterdir())
    result = audited.auditor("replay", "--plan", "latest")
    assert result.returncode == 0, result.stderr
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    document = audited.json("replay", "latest", "--plan")
    assert document["dockerfile"].startswith("# The environment of a recorded run.")
    assert document["lock"]["requirements"]
    assert sorted((audited.folder / ".auditor" / "audits").iterdir()) == before
    assert audited.auditor("replay", "latest", "-o", "somewhere").returncode == 2
