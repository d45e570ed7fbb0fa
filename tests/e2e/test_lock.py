"""An environment that no index could give again is replayed from its bundle, exactly."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.locking.local import install, make_environment, make_wheel

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SCRIPT = """\
import importlib.metadata
import edited, mine, plain, space.part
open("result.txt", "w").write(f"{edited.VALUE} {mine.VALUE} {plain.VALUE} {space.part.VALUE}\\n")
print(sorted(d.metadata["Name"] for d in importlib.metadata.distributions()))
print(importlib.metadata.distribution("mine").read_text("direct_url.json"))
"""
NO_INDEX = {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}


@pytest.fixture
def odd(empty: Project, tmp_path: Path) -> Project:
    """A project whose environment has a local wheel, an editable install and edited files."""
    folder, work = empty.folder, tmp_path / "wheels"
    work.mkdir()
    (folder / "src").mkdir()
    (folder / "src" / "mine.py").write_text("VALUE = 'my own'\n")
    (folder / "train.py").write_text(SCRIPT)
    site = make_environment(folder / "venv")
    direct = {"url": folder.as_uri(), "dir_info": {"editable": True}}
    make_wheel(
        work,
        "mine",
        {"_mine.pth": f"{folder}/src\n"},
        **{"direct_url.json": json.dumps(direct)},
    )
    make_wheel(work, "edited", {"edited.py": "VALUE = 'as it was'\n"})
    make_wheel(work, "space_part", {"space/part.py": "VALUE = 'namespace'\n"})
    install(folder / "venv", "--no-index", "--find-links", work, "mine", "edited", "space_part")
    install(folder / "venv", make_wheel(tmp_path, "plain", {"plain.py": "VALUE = 'local'\n"}))
    (site / "edited.py").write_text("VALUE = 'changed since'\n")
    return empty


def test_it_replays_where_nothing_of_it_is_left(odd: Project, tmp_path: Path) -> None:
    ran = odd.auditor("run", "--lock", "--", "venv/bin/python", "train.py", env=NO_INDEX)
    assert ran.returncode == 0, ran.stderr
    assert "4 distributions locked" in ran.stderr
    assert "edited where they were installed (edited.py)" in ran.stderr
    bundle = tmp_path / "run.zip"
    assert odd.auditor("pack", "latest", "-o", str(bundle), env=NO_INDEX).returncode == 0
    with zipfile.ZipFile(bundle) as archive:
        assert b'path = "wheels/mine-1.0-py3-none-any.whl"' in archive.read("pylock.toml")
    shutil.rmtree(odd.folder)
    odd.folder.mkdir()
    elsewhere = NO_INDEX | {"AUDITOR_CACHE": str(tmp_path / "another machine")}
    shutil.copy(bundle, odd.folder / "run.zip")
    result = odd.auditor("replay", "run.zip", "--times", "1", "--json", env=elsewhere)
    audit = json.loads(result.stdout)
    assert audit["verdict"] == "identical", result.stderr
    assert [d for d in audit["divergences"] if d["subject"].startswith("dependency:")] == []
    assert not [u for u in audit["unverified"] if "not be locked" in u["reason"]]
    assert len(audit["plan"]["lock"]["remarks"]) == 4


def test_a_lock_that_fails_does_not_fail_the_run(odd: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broken = NO_INDEX | {"AUDITOR_CACHE": str(tmp_path / "file" / "cache")}
    ran = odd.auditor("run", "--lock", "--", "venv/bin/python", "train.py", env=broken)
    assert ran.returncode == 0
    assert "not locked, until it is replayed or packed: cannot make the cache" in ran.stderr
    ran = odd.auditor("run", "--lock", "--", "venv/bin/python", "-c", "raise SystemExit(3)")
    assert ran.returncode == 3
