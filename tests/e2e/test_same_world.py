"""A replay finds what the run found: order, times, links, rights, seeds, threads, zone."""

from __future__ import annotations

import os

import pytest

from tests.e2e.conftest import Document, Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# All of it ends up in the output, so that a replay in another world diverges.
SCRIPT = """
import json, os, sys, time

json.dump(
    {
        "place": os.getcwd(),
        "listed": [os.listdir(folder) for folder in (".", "data", sys.argv[1])],
        "times": [os.stat(path).st_mtime_ns // 1000 for path in ("data/mu", "data", sys.argv[2])],
        "links": [os.readlink("link"), os.readlink("later"), open("link").read()],
        "rights": [os.access(name, os.X_OK) for name in ("tool", "data/mu")],
        "hash": hash("a"),
        "threads": os.environ["OMP_NUM_THREADS"],
        "processors": len(os.sched_getaffinity(0)),
        "zone": time.strftime("%H %Z", time.localtime(0)),
    },
    open("world.json", "w"),
)
open(sys.argv[2]).read()
"""


def test_the_same_world(empty: Project) -> None:
    folder = empty.folder
    outside = folder.parent / "outside"
    for place in (folder / "data", folder / "empty", outside):
        place.mkdir()
    for name in ("zeta", "beta", "omega", "alpha", "mu"):
        (folder / "data" / name).write_text(name)
        (outside / name).write_text(name)
    os.utime(folder / "data/mu", ns=(0, 1_500_000_000_123_456_000))
    (folder / "link").symlink_to("data/zeta")
    (folder / "later").symlink_to("made-later")
    (folder / "tool").touch(mode=0o755)
    read = folder.parent / "read.csv"
    read.write_text("1")
    os.utime(read, ns=(0, 1_400_000_000_123_456_000))
    (folder / "t.py").write_text(SCRIPT)
    one = {min(os.sched_getaffinity(0))}
    variables = {"PYTHONHASHSEED": "5", "OMP_NUM_THREADS": "3", "TZ": "Europe/Berlin"}
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, one)
    try:
        made = empty.auditor("run", "--", "python", "t.py", str(outside), str(read), env=variables)
    finally:
        os.sched_setaffinity(0, before)
    assert made.returncode == 0, made.stderr
    audit: Document = empty.json("replay", "latest")
    assert audit["verdict"] == "identical"
    assert audit["plan"]["limits"]["cpus"] == 1
    told = {row["subject"] for row in audit["plan"]["unhonoured"]}
    assert told <= {"host", "names"}, audit["plan"]["unhonoured"]
