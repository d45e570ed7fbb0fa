from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import MachineError
from auditor.model.plan import Base, Lock
from auditor.replay import Options, plan
from auditor.replay.tree.layout import lay_out

BASE = Base(kind="host", reference="x", reason="")
NOTHING = Lock(requirements="")


def laid_out(make: Any, work: Path, **parts: Any) -> dict[str, Any]:
    work.mkdir(exist_ok=True)
    options = parts.pop("options", Options())
    made = plan(make.fingerprint(**parts), NOTHING, BASE, options)
    return {mount.target: mount for mount in lay_out(made, make.objects, work)}


def test_the_tree_is_made_from_the_store(make: Any, tmp_path: Path) -> None:
    work = tmp_path / "work"
    program = make.file("tool.sh", "#!", executable=True)
    interpreter = make.interpreter(prefix=f"{make.root}/env/venv")
    mounts = laid_out(
        make,
        work,
        source={"src/train.py": "1"},
        inputs=(program, make.file("/data/x.csv", "2")),
        interpreter=interpreter,
        cwd="run",
    )
    tree = work / "tree"
    assert (tree / "src" / "train.py").read_text() == "1"
    assert os.access(tree / "tool.sh", os.X_OK)
    assert (tree / "run").is_dir()
    assert str((tree / "env" / "venv").readlink()) == "/opt/auditor/env"
    assert mounts[str(make.root)].source == str(tree)
    assert not mounts[str(make.root)].read_only
    assert mounts[f"{make.root}/tool.sh"].source == str(tree / "tool.sh")
    outside = mounts["/data/x.csv"]
    assert outside.read_only
    assert Path(outside.source).read_text() == "2"
    assert (work / "recorder" / "keeper.py").stat().st_mode & 0o777 == 0o644
    if os.geteuid() == 0:
        assert (tree / "src" / "train.py").stat().st_uid == 65534
        assert (work / "observation").stat().st_uid == 65534


def test_what_is_mounted_in_the_tree_has_a_place_there(make: Any, tmp_path: Path) -> None:
    here = tmp_path / "here.csv"
    here.write_text("1")
    mounts = laid_out(
        make,
        tmp_path / "work",
        inputs=(make.file("deep/large.csv", "1", kept=False),),
        options=Options(map_paths={"deep": str(tmp_path), "deep/large.csv": str(here)}),
    )
    assert mounts[f"{make.root}/deep/large.csv"].source == str(here)
    assert (tmp_path / "work" / "tree" / "deep" / "large.csv").read_text() == ""


def test_a_disk_that_refuses_is_said(make: Any, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "tree").write_text("in the way")
    with pytest.raises(MachineError, match="cannot lay out a replay") as caught:
        laid_out(make, tmp_path / "work")
    assert "TMPDIR" in caught.value.hint
