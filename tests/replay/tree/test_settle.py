from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from auditor.model.plan import Base, Lock
from auditor.replay import Options, plan
from auditor.replay.tree.removing import remove
from auditor.replay.tree.settle import settle, show_mounted


def test_nothing_leads_out_afterwards(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "file").write_text("1")
    (tree / "good").symlink_to("file")
    (tree / "sub" / "up").symlink_to("../file")
    (tree / "sub" / "own").symlink_to("/home/me/project/file")
    (tree / "dangling").symlink_to("not-there")
    (tree / "out").symlink_to("/etc/passwd")
    (tree / "folder").symlink_to("/etc")
    (tree / "sub" / "far").symlink_to("../../other")
    (tree / "tricky").symlink_to("/home/me/project/../../../etc/passwd")
    os.mkfifo(tree / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tree / "socket"))
    removed = settle(tree, "/home/me/project")
    assert removed == ("folder", "out", "pipe", "socket", "sub/far", "tricky")
    assert (tree / "sub" / "own").read_text() == "1"
    assert (tree / "sub" / "up").read_text() == "1"
    assert (tree / "dangling").is_symlink()


def test_a_chain_of_links_cannot_leave_either(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").symlink_to("b")
    (tree / "b").symlink_to("/etc")
    (tree / "loop").symlink_to("loop")
    assert "b" in settle(tree)
    assert not any(os.path.realpath(path) == "/etc" for path in tree.iterdir())


def test_a_link_through_a_link_of_the_project_stays_too(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "z" / "data").mkdir(parents=True)
    (tree / "z" / "data" / "file").write_text("1")
    (tree / "a").symlink_to("link/file")
    (tree / "link").symlink_to("/home/me/project/z/data")
    assert settle(tree, "/home/me/project") == ()
    assert (tree / "a").read_text() == "1"


def test_nothing_runs_as_its_owner_and_nothing_is_a_device(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "program").touch()
    (tree / "program").chmod(0o6755)
    removed = []
    if os.geteuid() == 0:  # others cannot make one, so that there is none to remove
        os.mknod(tree / "whiteout", 0o020666, 0)
        removed = ["whiteout"]
    assert settle(tree) == tuple(removed)
    assert (tree / "program").stat().st_mode & 0o7777 == 0o755


def test_names_depth_and_closed_folders_do_not_stop_it(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    deep = str(tree)
    for _ in range(1300):
        deep += "/d"
        Path(deep).mkdir()
    Path(deep, "out").symlink_to("/etc/passwd")
    (tree / "closed").mkdir()
    (tree / "closed" / "out").symlink_to("/etc/passwd")
    (tree / "closed").chmod(0o500)
    (tree / os.fsdecode(b"\xff")).symlink_to("/etc/passwd")
    (tree / "line\nfeed").symlink_to("/etc/passwd")
    try:
        removed = settle(tree)
    finally:
        remove(tree)  # which pytest itself could not
    assert {name.rpartition("/")[2] for name in removed} == {"out", "\udcff", "line\nfeed"}
    assert len(removed) == 4


def test_something_else_in_the_place_of_a_mounted_input_stays(make: Any, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "data.csv").mkdir(parents=True)
    (tmp_path / "here.csv").write_text("1")
    files = [make.file(path, "1", kept=False) for path in ("data.csv", "gone/data.csv")]
    here = str(tmp_path / "here.csv")
    options = Options(map_paths={"data.csv": here, "gone/data.csv": here})
    base = Base(kind="host", reference="x", reason="")
    made = plan(make.fingerprint(inputs=tuple(files)), Lock(requirements=""), base, options)
    show_mounted(made, tree)
    assert (tree / "data.csv").is_dir()
    assert not (tree / "gone").exists()


def test_mounted_inputs_are_shown_in_the_tree(make: Any, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.csv").touch()
    (tmp_path / "here.csv").write_text("1")
    fingerprint = make.fingerprint(inputs=(make.file("a.csv", "1", kept=False),))
    options = Options(map_paths={"a.csv": str(tmp_path / "here.csv")})
    base = Base(kind="host", reference="x", reason="")
    show_mounted(plan(fingerprint, Lock(requirements=""), base, options), tree)
    assert (tree / "a.csv").read_text() == "1"
