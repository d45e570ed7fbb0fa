from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import recorder

KEEPER = Path(recorder.__file__ or "").parent / "keeper.py"


class Project:
    """A project folder whose commands are run under the recorder."""

    def __init__(self, place: Path) -> None:
        self.root = place / "project"
        self.root.mkdir()
        self.place = place
        self.folder = place / "observation"
        self.runs = 0

    def write(self, name: str, content: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content))
        return path

    def request(self, **members: Any) -> None:
        self.runs += 1
        self.folder = self.place / f"observation-{self.runs}"
        self.folder.mkdir()
        request = {
            "schema": "auditor.observation/1",
            "name": "test",
            "root": str(self.root),
            "cwd": str(self.root),
            "keep": 1 << 20,
            **members,
        }
        (self.folder / "request.json").write_text(json.dumps(request))

    def run(self, *argv: str, stdin: int = subprocess.DEVNULL, **members: Any) -> Path:
        """Run ``argv`` and return the observation folder."""
        self.request(**members)
        environment = {key: value for key, value in os.environ.items() if key[:3] != "COV"}
        subprocess.run(
            [sys.executable, "-I", str(KEEPER), str(self.folder), "--", *argv],
            env=environment,
            stdin=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return self.folder

    def python(self, script: str, *arguments: str, **members: Any) -> Path:
        self.write("run.py", script)
        return self.run(sys.executable, "run.py", *arguments, **members)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


Edit = Callable[[dict[str, Any]], None]
