"""A run that leaves thousands of files: recorded, compared, carried elsewhere, cleaned up."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Document, Project

pytestmark = pytest.mark.slow

COUNT = 5000
SCRIPT = f"""\
import os, sys
for n in range({COUNT}):
    os.makedirs(f"out/{{n % 7}}", exist_ok=True)
    with open(f"out/{{n % 7}}/{{n:04}}.txt", "w") as file:
        file.write(f"value {{n}}\\n" if n % 1000 or len(sys.argv) < 2 else "other\\n")
"""


def outputs(run: Document) -> Document:
    files: Document = run["outcome"]["outputs"]["value"]["files"]
    return files


def test_a_run_with_thousands_of_outputs(empty: Project, tmp_path: Path) -> None:
    (empty.folder / "make.py").write_text(SCRIPT)
    for name, more in (("one", []), ("same", []), ("other", ["x"])):
        made = empty.auditor("run", "--name", name, "--", "python", "make.py", *more)
        assert made.returncode == 0, made.stderr
        assert f"{COUNT} outputs" in made.stderr

    listed = outputs(empty.json("show", "one"))
    assert (listed["count"], listed["unread"], listed["folders"]) == (COUNT, 0, {"out/": COUNT})
    assert len(listed["first"]) == 20
    told = empty.auditor("show", "one").stdout
    assert f"and {COUNT - 20} more; all are in the list {listed['listed']}" in told

    audit = empty.json("compare", "one", "same")
    assert audit["verdict"] == "identical"
    (files,) = [item for item in audit["items"] if item["kind"] == "file"]
    assert (files["name"], files["count"]) == ("out/", COUNT)

    apart = empty.auditor("compare", "one", "other", "--json", "--report", "report.html")
    assert apart.returncode == 1
    assert "5 of 5002 items differ" in apart.stdout
    assert len(apart.stdout) < 100_000
    report = (empty.folder / "report.html").read_text()
    assert listed["listed"].removeprefix("sha256:") in report
    assert "Showing 20 of 5,000 rows" in report

    elsewhere = stranger(tmp_path, empty)
    for name in ("one", "other"):
        bundle = str(elsewhere.folder / f"{name}.zip")
        assert empty.auditor("pack", name, "-o", bundle).returncode == 0
    assert elsewhere.auditor("compare", "one.zip", "other.zip").returncode == 1
    kept = contents(elsewhere)
    collected(elsewhere)
    assert contents(elsewhere) == kept
    assert len(kept) > COUNT
    assert elsewhere.auditor("compare", "one", "other").returncode == 1


def test_a_fingerprint_alone_says_what_it_lacks(empty: Project, tmp_path: Path) -> None:
    (empty.folder / "make.py").write_text(SCRIPT)
    for name, more in (("one", []), ("other", ["x"])):
        made = empty.auditor("run", "--name", name, "--", "python", "make.py", *more)
        assert made.returncode == 0, made.stderr
    elsewhere = stranger(tmp_path, empty)
    one, other = sorted((empty.folder / ".auditor/fingerprints").iterdir())
    assert elsewhere.json("show", str(one)) == empty.json("show", one.stem)
    assert elsewhere.auditor("compare", str(one), str(one)).returncode == 0
    for command in (("compare", str(one), str(other)), ("pack", str(one), "-o", "one.zip")):
        refused = elsewhere.auditor(*command)
        assert refused.returncode == 2
        assert "the store does not hold the list sha256:" in refused.stderr
        assert "Traceback" not in refused.stderr


def stranger(folder: Path, known: Project) -> Project:
    """Return another project, which knows nothing."""
    (folder / "elsewhere" / ".auditor").mkdir(parents=True)
    return Project(folder / "elsewhere", known.environment)


def contents(project: Project) -> list[Path]:
    return sorted((project.folder / ".auditor/objects").glob("*/*"))


def collected(project: Project) -> None:
    """Clean up as if everything were old."""
    old = time.time() - 7200
    for path in contents(project):
        os.utime(path, (old, old))
    assert project.auditor("gc").returncode == 0
