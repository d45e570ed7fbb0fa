from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor import recorder

RECORDER = Path(recorder.__file__ or "").parent


@dataclass
class Observed:
    """A run under the keeper, and what it left."""

    folder: Path
    project: Path
    status: int
    stdout: bytes
    stderr: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events, in the order of time."""
        lines = [
            line
            for path in (self.folder / "events").glob("*.jsonl")
            for line in path.read_bytes().splitlines()
        ]
        return sorted((json.loads(line) for line in lines), key=lambda event: event["time"])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    def paths(self, kind: str) -> list[str]:
        """The paths of events of one kind, relative to the project where they lie in it."""
        below = f"{self.project}/"
        return [event["path"].removeprefix(below) for event in self.of(kind)]

    def document(self, name: str) -> Any:
        return json.loads((self.folder / name).read_bytes())

    @property
    def digests(self) -> list[dict[str, Any]]:
        lines = (self.folder / "digests.jsonl").read_bytes().splitlines()
        return [json.loads(line) for line in lines]


class Bench:
    """A project folder to observe commands in."""

    def __init__(self, place: Path) -> None:
        self.project = place / "project"
        self.project.mkdir()
        self.place = place
        self.runs = 0

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = textwrap.dedent(content).encode() if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    def request(self, **members: Any) -> Path:
        self.runs += 1
        folder = self.place / f"observation-{self.runs}"
        folder.mkdir()
        request = {
            "schema": "auditor.observation/1",
            "name": "test",
            "root": str(self.project),
            "cwd": str(self.project),
            "keep": 1 << 20,
            **members,
        }
        (folder / "request.json").write_text(json.dumps(request))
        return folder

    def keeper(self, folder: Path, argv: Sequence[str]) -> list[str]:
        return [sys.executable, "-I", str(RECORDER / "keeper.py"), str(folder), "--", *argv]

    def start(self, folder: Path, argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        options.setdefault("env", _environment())
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self.keeper(folder, argv), **{**pipes, **options})

    def run(
        self, argv: Sequence[str], env: dict[str, str] | None = None, **members: Any
    ) -> Observed:
        folder = self.request(**members)
        process = self.start(folder, argv, env={**_environment(), **(env or {})})
        stdout, stderr = process.communicate(timeout=60)
        return Observed(folder, self.project, process.returncode, stdout, stderr)

    def python(self, script: str, *arguments: str, **members: Any) -> Observed:
        self.write("run.py", script)
        return self.run([sys.executable, "run.py", *arguments], **members)


def _environment() -> dict[str, str]:
    """The environment without what would measure coverage in the observed processes as well."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


Observe = Callable[..., Observed]
