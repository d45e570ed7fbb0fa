"""Runs that read variables whose values are not recorded by themselves."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SCRIPT = "import os; print(os.environ.get('FLAVOUR', 'plain'))"


def test_one_that_was_read_is_named(empty: Project) -> None:
    (empty.folder / "t.py").write_text(SCRIPT)
    assert empty.auditor("run", "--", "python", "t.py", env={"FLAVOUR": "hot"}).returncode == 0
    audit = empty.json("replay", "latest", status=1)
    assert audit["causes"][0]["factor"] == "environment.variable:FLAVOUR"
    assert "t.py:1" in audit["causes"][0]["evidence"]
    told = {entry["subject"]: entry["reason"] for entry in audit["unverified"]}
    assert "t.py:1" in told["environment.variable:FLAVOUR"]
    assert "hot" not in str(audit["original"]["recipe"])


def test_one_that_is_asked_for_is_passed_on(empty: Project) -> None:
    (empty.folder / "t.py").write_text(SCRIPT)
    options = ("--env", "FLAVOUR", "--keep", "1MiB")
    result = empty.auditor("run", *options, "--", "python", "t.py", env={"FLAVOUR": "hot"})
    assert result.returncode == 0
    audit = empty.json("replay", "latest")
    assert audit["verdict"] == "identical"
    subjects = {entry["subject"] for entry in (*audit["unverified"], *audit["divergences"])}
    assert "environment.variable:FLAVOUR" not in subjects
    sizes = {run["record"]["keep"]["value"] for run in (audit["original"], *audit["replays"])}
    assert sizes == {1 << 20}


def test_one_with_the_name_of_a_secret_is_not_recorded(empty: Project) -> None:
    result = empty.auditor("run", "--env", "API_TOKEN", "--", "python", "-c", "pass")
    assert result.returncode == 2
    assert "secret" in result.stderr
