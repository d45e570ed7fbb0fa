"""Which file events a run leaves, and that overwritten inputs keep their first digest."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.slow


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_reads_writes_and_folders(bench: Bench) -> None:
    bench.write("data.csv", "1,2\n")
    bench.write("pkg/__init__.py", "")
    run = bench.python(
        """
        import os, pkg
        open("data.csv").read(); open("data.csv").read()
        os.makedirs("out/deep", exist_ok=True); os.makedirs("out/deep", exist_ok=True)
        open("out/deep/model.bin", "wb").write(b"m")
        open("out/deep/model.bin", "rb").read()
        """
    )
    assert run.status == 0
    assert run.paths("read") == ["run.py", "pkg/__init__.py", "data.csv"]
    assert run.paths("write") == ["out/deep/model.bin"]
    assert run.paths("mkdir") == ["out", "out/deep"]


def test_a_cached_module_counts_as_its_source(bench: Bench) -> None:
    bench.write("module.py", "X = 1\n")
    environment = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""}
    bench.python("import module", env=environment)
    assert list((bench.project / "__pycache__").glob("module.*.pyc"))
    run = bench.python("import module", env=environment)
    assert "module.py" in run.paths("read")
    assert not any("__pycache__" in path for path in run.paths("read") + run.paths("write"))


def test_an_overwritten_input_keeps_its_first_digest_and_content(bench: Bench) -> None:
    bench.write("state.txt", "before")
    run = bench.python(
        """
        text = open("state.txt").read()
        open("state.txt", "w").write(text + " and after")
        """
    )
    (event,) = run.of("digest")
    assert event["digest"] == sha256(b"before")
    saved = run.folder / "contents" / event["digest"].removeprefix("sha256:")
    assert saved.read_bytes() == b"before"
    (end,) = [row for row in run.digests if row["when"] == "end" and "state" in row["path"]]
    assert end["digest"] == sha256(b"before and after")


def test_what_is_written_in_place_is_saved_before(bench: Bench) -> None:
    for name in ("appended", "updated", "truncated", "replaced", "removed"):
        bench.write(name, name)
    run = bench.python(
        """
        import os
        open("appended", "a").write("!")
        open("updated", "r+").write("U")
        os.truncate("truncated", 3)
        open("replaced").read(); open("new", "w").write("new"); os.replace("new", "replaced")
        open("removed").read(); os.remove("removed")
        open("created", "x").write("c")
        """
    )
    assert run.status == 0, run.stderr
    assert {event["digest"] for event in run.of("digest")} == {
        sha256(name.encode())
        for name in ("appended", "updated", "truncated", "replaced", "removed")
    }
    inplace = {event["path"].rpartition("/")[2]: event["inplace"] for event in run.of("write")}
    assert inplace == {
        "appended": True,
        "updated": True,
        "truncated": True,
        "new": False,
        "created": False,
    }


def test_a_content_too_large_to_keep_is_hashed_only(bench: Bench) -> None:
    bench.write("big", "x" * 100)
    run = bench.python("open('big', 'a').write('y')", keep=99)
    assert [event["digest"] for event in run.of("digest")] == [sha256(b"x" * 100)]
    assert list((run.folder / "contents").iterdir()) == []


def test_paths_are_told_apart_however_they_are_written(bench: Bench) -> None:
    bench.write("data/a.txt", "a")
    bench.write("other/b.txt", "b")
    (bench.project / "link").symlink_to("other")
    run = bench.python(
        """
        import os, pathlib
        open(b"data/a.txt"); open("./data//a.txt"); open(pathlib.Path("data/../data/a.txt"))
        open("link/../link/b.txt")
        folder = os.open("data", os.O_RDONLY)
        os.open("a.txt", os.O_RDONLY, dir_fd=folder)
        os.chdir("data"); open("a.txt")
        for missing in ("nothing", "/nowhere/nothing"):
            try: open(missing)
            except OSError: pass
        """
    )
    assert run.status == 0, run.stderr
    assert run.paths("read") == ["run.py", "data/a.txt", "other/b.txt"]


def test_a_root_behind_a_link_is_the_same_project(bench: Bench) -> None:
    bench.write("data.txt", "a")
    alias = bench.place / "alias"
    alias.symlink_to(bench.project)
    bench.write("run.py", "open('data.txt').read()")
    run = bench.run(["python3", "run.py"], root=str(alias), cwd=str(alias))
    assert [event["path"] for event in run.of("read")] == [f"{alias}/run.py", f"{alias}/data.txt"]


def test_data_outside_the_project_counts_and_the_system_does_not(bench: Bench) -> None:
    outside = bench.place / "outside.csv"
    outside.write_text("1")
    run = bench.python(f"import json; open({str(outside)!r}).read(); open('/etc/passwd').read()")
    assert run.paths("read") == ["run.py", str(outside)]


def test_a_database_is_saved_before_it_is_opened(bench: Bench) -> None:
    script = """
    import sqlite3, sys
    sqlite3.connect(":memory:").close()
    connection = sqlite3.connect(sys.argv[1], uri=True)
    connection.execute("create table if not exists t (a)"); connection.commit()
    """
    first = bench.python(script, "results.db")
    assert [event["existed"] for event in first.of("write")] == [False]
    content = (bench.project / "results.db").read_bytes()
    second = bench.python(script, "file:results.db?mode=rw")
    assert [event["digest"] for event in second.of("digest")] == [sha256(content)]


def test_names_that_are_not_utf8_are_recorded(bench: Bench) -> None:
    path = os.fsencode(bench.project) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"1")
    run = bench.python("open(b'caf\\xe9.txt').read()")
    assert os.fsencode(run.of("read")[1]["path"]) == path
    assert {row["digest"] for row in run.digests} >= {sha256(b"1")}


def test_files_that_children_are_told_about(bench: Bench) -> None:
    bench.write("prepare.sh", "cat data.txt")
    bench.write("data.txt", "1")
    run = bench.python(
        """
        import os, subprocess
        subprocess.run(["sh", "prepare.sh"], check=True)
        os.system("cat < data.txt > /dev/null")
        """
    )
    named = {
        event["path"].rpartition("/")[2] for event in run.of("read") if event["seen"] == "argv"
    }
    assert named == {"prepare.sh", "data.txt"}
    assert [event["argv"] for event in run.of("child")] == [
        ["sh", "prepare.sh"],
        ["/bin/sh", "-c", "cat < data.txt > /dev/null"],
    ]


def test_many_files(bench: Bench) -> None:
    for number in range(500):
        bench.write(f"data/{number}", str(number))
    run = bench.python("for n in range(500): open(f'data/{n}').read()")
    assert len(run.of("read")) == 501
    assert len([row for row in run.digests if row["when"] == "first"]) == 501
