"""``--json`` prints one JSON document on stdout and nothing else, whatever the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Project

pytestmark = pytest.mark.slow


def test_a_run_keeps_stdout_for_the_document(project: Callable[[str], Project]) -> None:
    sample = project("failing-run")
    result = sample.auditor("run", "--json", "--", "python", "score.py")
    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert document.keys() == {"id", "path", "unknown"}
    assert Path(document["path"]).is_file()
    assert "scoring ada" in result.stderr
    assert all(item.keys() == {"subject", "reason"} for item in document["unknown"])


def test_a_finished_run(project: Callable[[str], Project]) -> None:
    sample = project("hash-seed")
    document = sample.json("fingerprint", ".", "--command", "python vocabulary.py")
    assert document.keys() == {"id", "path", "unknown"}


def test_the_runs_of_a_folder(project: Callable[[str], Project]) -> None:
    for entry in project("hash-seed").json("fingerprint", "--list", "."):
        assert entry.keys() == {"source", "name", "status"}


@pytest.mark.docker
@pytest.mark.parametrize("status", [0])
def test_the_audit_itself(audited: Project, status: int) -> None:
    audit = audited.json("replay", "latest", status=status)
    assert audit["schema"] == "auditor.audit/1"
    assert audit["id"].startswith("sha256:")


@pytest.mark.docker
def test_the_documents_of_a_store(audited: Project, tmp_path: Path) -> None:
    (entry,) = audited.json("list")
    assert entry.keys() >= {"id", "name", "command", "status", "started"}
    assert audited.json("show", entry["id"])["schema"] == "auditor.fingerprint/1"
    bundle = tmp_path / "run.zip"
    assert audited.json("pack", "latest", "-o", str(bundle)) == {"path": str(bundle)}
    report = tmp_path / "report.html"
    assert audited.json("report", "latest", "-o", str(report)) == {"paths": [str(report)]}


@pytest.mark.docker
def test_a_comparison(project: Callable[[str], Project]) -> None:
    sample = project("unseeded")
    for name in ("one", "two"):
        assert sample.auditor("run", "--name", name, "--", "python", "bootstrap.py").returncode == 0
    assert sample.json("compare", "one", "one")["verdict"] == "identical"
    assert sample.json("compare", "one", "two", status=1)["verdict"] == "diverged"


@pytest.mark.docker
def test_the_machine(empty: Project) -> None:
    checks = empty.json("doctor")["checks"]
    assert all(check["ok"] for check in checks if check["needed"])
