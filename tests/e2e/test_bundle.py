"""A bundle holds all that a replay needs, in a folder where the project is not."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_a_bundle_replays_where_the_project_is_not(audited: Project, empty: Project) -> None:
    bundle = empty.folder / "run.zip"
    result = audited.auditor("pack", "latest", "-o", str(bundle))
    assert result.returncode == 0, result.stderr
    assert zipfile.ZipFile(bundle).testzip() is None
    identity = json.loads(audited.auditor("list", "--json").stdout)[0]["id"]

    audit = empty.json("replay", "run.zip")
    assert audit["verdict"] == "identical"
    assert audit["original_id"] == identity
    assert not (empty.folder / "train.py").exists()


def test_the_same_run_packs_to_the_same_bytes(audited: Project, tmp_path: Path) -> None:
    bundles = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for bundle in bundles:
        assert audited.auditor("pack", "latest", "-o", str(bundle)).returncode == 0
    assert bundles[0].read_bytes() == bundles[1].read_bytes()


def test_an_unpacked_bundle_is_a_run_like_any_other(
    project: Callable[[str], Project], empty: Project
) -> None:
    failing = project("failing-run")
    assert failing.auditor("run", "--name", "scores", "--", "python", "score.py").returncode == 1
    bundle = str(empty.folder / "run.zip")
    assert failing.auditor("pack", "scores", "-o", bundle).returncode == 0
    filed = empty.json("unpack", "run.zip")
    assert empty.json("list")[0]["id"] == filed["id"]
    assert empty.fingerprint(filed["id"][7:19]) == failing.fingerprint("scores")
