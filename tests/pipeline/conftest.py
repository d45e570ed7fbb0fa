from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.pipeline.refs import Original, find_original
from auditor.store import Store

AUDITOR = (sys.executable, "-m", "auditor")
SCRIPT = """\
import json, random
random.seed(1)
rows = open("data.csv").read().split()
open("result.txt", "w").write(",".join(rows))
json.dump({"score": {"mean": 0.5}, "n": len(rows), "loss": 0.0}, open("metrics.json", "w"))
print("done")
"""


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / ".auditor").mkdir()
    (folder / "train.py").write_text(SCRIPT)
    (folder / "data.csv").write_text("a b c\n")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "auditor",
            "run",
            "--name",
            "first",
            "--",
            sys.executable,
            "train.py",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def project(recorded_once: Path, tmp_path: Path) -> Path:
    """A project in which one run, named first, was recorded."""
    return Path(shutil.copytree(recorded_once, tmp_path / "project"))


@pytest.fixture
def store(project: Path) -> Store:
    return Store(project)


@pytest.fixture
def original(store: Store) -> Original:
    return find_original("latest", store)
