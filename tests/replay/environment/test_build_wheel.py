from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from auditor.model.facts import Distribution
from auditor.replay import Options, execute, prepare
from auditor.replay.engines import Engine
from auditor.replay.environment import build_wheel

pytestmark = pytest.mark.docker

SETUP = """
import os, pathlib, socket
from setuptools import setup
refused = True
try:
    socket.create_connection(("192.0.2.1", 80), 1)
    refused = False
except OSError:
    pass
pathlib.Path("built_here.py").write_text(
    f"uid = {os.getuid()}; hostname = {socket.gethostname()!r}; refused = {refused}"
)
setup(name="built-here", version="1.0", py_modules=["built_here"])
"""
BROKEN = "raise SystemExit('error: this needs a compiler that is not there')"


def sdist(folder: Path, name: str, setup: str) -> Distribution:
    """Make a source distribution in the way of 2005: a setup.py that runs code."""
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as tar:
        for path, text in (
            ("setup.py", setup),
            ("PKG-INFO", f"Metadata-Version: 1.0\nName: {name}\nVersion: 1.0\n"),
        ):
            info = tarfile.TarInfo(f"{name}-1.0/{path}")
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return Distribution(name=name.replace("_", "-"), version="1.0", digest=None)


FILLER = """
import os
for name in range(9):
    with open(f"/opt/auditor/build/output/{name}", "wb") as file:
        file.truncate(1 << 20)
import time; time.sleep(60)
"""


def test_a_build_that_fills_the_disk_is_stopped(
    make: Any, engine: Engine, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_wheel, "_MOST", 4 << 20)
    monkeypatch.setenv(
        "PIP_FIND_LINKS", f"{os.environ.get('PIP_FIND_LINKS', '')} {tmp_path.as_uri()}"
    )
    dependencies = (sdist(tmp_path, "filler_here", FILLER),)
    fingerprint = make.fingerprint(source={"train.py": ""}, dependencies=dependencies)
    prepared = prepare(
        fingerprint, make.objects, engine, Options(), tell=lambda _text: None, cache=cache
    )
    (entry,) = prepared.plan.lock.unlocked
    assert "it wrote more than 4 MiB" in entry.reason


def test_builds_in_a_container_what_has_no_wheel(
    make: Any, engine: Engine, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = tmp_path / "links"
    links.mkdir()
    dependencies = (sdist(links, "built_here", SETUP), sdist(links, "broken_here", BROKEN))
    old = os.environ.get("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{old} {links.as_uri()}".strip())
    code = "import built_here as b; print(b.uid, b.hostname, b.refused)"
    fingerprint = make.fingerprint(source={"train.py": code}, dependencies=dependencies)
    said: list[str] = []
    prepared = prepare(fingerprint, make.objects, engine, Options(), tell=said.append, cache=cache)
    lock = prepared.plan.lock
    assert [wheel.file for wheel in lock.wheels] == ["built_here-1.0-py3-none-any.whl"]
    assert lock.wheels[0].digest in lock.requirements
    assert "building built-here 1.0 from source" in said
    (entry,) = lock.unlocked
    assert entry.subject == "dependency:broken-here"
    assert "this needs a compiler that is not there" in entry.reason
    with execute(prepared, make.objects, engine, 1) as executed:
        uid = "65534" if os.geteuid() == 0 else str(os.geteuid())
        assert (executed.observation / "stdout").read_text() == f"{uid} auditor True\n"
    again = prepare(
        fingerprint, make.objects, engine, Options(), lock=lock, tell=said.append, cache=cache
    )
    assert again.plan.lock.wheels == lock.wheels
    assert again.image.id == prepared.image.id
