"""A run whose input was too large to be kept, replayed where the input is somewhere else."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SIZE = 70 * 1024 * 1024
SCRIPT = """
import hashlib, json
data = open("data/train set.bin", "rb").read()
json.dump({"bytes": len(data), "sum": sum(data[::4096]), "sha": hashlib.sha1(data).hexdigest()},
          open("metrics.json", "w"))
"""


@pytest.fixture
def bundle(empty: Project, tmp_path: Path) -> Path:
    """Return the bundle of a run, whose large input moved elsewhere and whose folder is gone."""
    project = Project(tmp_path / "gone", empty.environment)
    (project.folder / "data").mkdir(parents=True)
    (project.folder / "train.py").write_text(SCRIPT)
    block = bytes(range(256)) * 4096
    with (project.folder / "data" / "train set.bin").open("wb") as file:
        for number in range(SIZE // len(block)):
            file.write(number.to_bytes(4, "big") + block[4:])
    result = project.auditor("run", "--", "python", "train.py")
    assert result.returncode == 0, result.stderr
    made = tmp_path / "run.zip"
    assert project.auditor("pack", "latest", "-o", str(made)).returncode == 0
    assert made.stat().st_size < SIZE / 10
    (tmp_path / "elsewhere").mkdir()
    shutil.move(project.folder / "data", tmp_path / "elsewhere" / "data")
    shutil.rmtree(project.folder)
    return made


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            pass

    handler = partial(Quiet, directory=str(tmp_path / "elsewhere"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/data"
    server.shutdown()
    server.server_close()


def test_what_lies_elsewhere_is_mapped(
    bundle: Path, empty: Project, served: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    empty.environment = {**empty.environment, "no_proxy": "127.0.0.1"}

    refused = empty.auditor("replay", str(bundle))
    assert refused.returncode == 3
    assert "data/train set.bin was not kept" in refused.stderr
    assert "(73.4 MB, sha256 " in refused.stderr
    assert "--map-path" in refused.stderr

    folder = tmp_path / "elsewhere" / "data"
    audit = empty.json("replay", str(bundle), "--times", "1", "--map-path", f"data={folder}")
    assert audit["verdict"] == "identical"

    empty.environment = {**empty.environment, "AUDITOR_CACHE": str(cache)}
    audit = empty.json("replay", str(bundle), "--times", "1", "--map-path", f"data={served}")
    assert audit["verdict"] == "identical"
    (mount,) = (one for one in audit["plan"]["mounts"] if one["target"].endswith("train set.bin"))
    assert Path(mount["source"]).is_relative_to(cache / "data")
    assert Path(mount["source"]).stat().st_size == SIZE

    # What was fetched once is found without an address
    assert empty.json("replay", str(bundle), "--times", "1")["verdict"] == "identical"
