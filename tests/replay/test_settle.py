from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from auditor.model.plan import Base, Lock
from auditor.replay import Options, plan
from auditor.replay.settle import settle, show_mounted


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
