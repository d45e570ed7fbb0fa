"""Symbolic links of the project are there again, and none leads out of the tree."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.names import Name
from auditor.replay.tree.layout import lay_out
from auditor.replay.tree.links import lay_out_links, real_place, target_of
from tests.replay.tree.test_order import planned

TIME = 1_600_000_000_000_000


def link(path: str, to: str, *, folder: bool = False) -> Name:
    return Name(path=path, size=None if folder else 3, modified=TIME, link=to)


def folder(path: str) -> Name:
    return Name(path=path, size=None, modified=TIME)


@pytest.mark.parametrize(
    ("path", "to", "target"),
    [
        ("x", "data/x", "data/x"),
        ("a/b/x", "../../c", "../../c"),
        ("a/x", "/p/data/y", "../data/y"),
        ("x", "./a//b", "./a/b"),
        ("x", "..", None),
        ("a/x", "../../etc", None),
        ("x", "a/../../etc", None),
        ("x", "a/..", None),
        ("x", "/etc/passwd", None),
        ("x", "/p/../etc", None),
        ("x", "/pp", None),
        ("x", "a\0", None),
        ("x", "", None),
    ],
)
def test_which_links_stay_in_the_project(path: str, to: str, target: str | None) -> None:
    assert target_of(link(path, to), "/p") == target


def test_what_was_read_through_a_link_is_where_it_leads(make: Any, tmp_path: Path) -> None:
    names = [
        *(folder("v2"), Name(path="v2/x.csv", size=3, modified=TIME), folder("empty")),
        *(link("current", "v2", folder=True), link("latest.csv", "v2/x.csv")),
        *(link("away", "/etc/hostname"), link(".venv", "/nowhere", folder=True)),
    ]
    inputs = (make.file("latest.csv", "abc"), make.file("current/y.csv", "def"))
    interpreter = make.interpreter(prefix=f"{make.root}/.venv")
    made = planned(make, names, inputs=inputs, interpreter=interpreter)
    work = tmp_path / "work"
    work.mkdir()
    mounts = {mount.target: mount.source for mount in lay_out(made, make.objects, work)}
    tree = work / "tree"
    assert str((tree / "current").readlink()) == "v2"
    assert (tree / "latest.csv").is_symlink()
    assert (tree / "v2/x.csv").read_text() == "abc"
    assert (tree / "v2/y.csv").read_text() == "def"
    assert (tree / "v2/x.csv").stat().st_mtime_ns == TIME * 1000
    assert (tree / "empty").is_dir()
    assert not (tree / "away").is_symlink()
    assert str((tree / ".venv").readlink()) == "/opt/auditor/env"
    assert mounts[f"{make.root}/v2/x.csv"] == str(tree / "v2/x.csv")
    assert mounts[f"{make.root}/v2/y.csv"] == str(tree / "v2/y.csv")
    assert f"{make.root}/latest.csv" not in mounts


def test_a_folder_behind_a_link_is_not_protected_as_a_whole(make: Any, tmp_path: Path) -> None:
    names = [folder("v2"), link("current", "v2", folder=True)]
    inputs = tuple(make.file(f"current/{number}.csv", "x") for number in range(101))
    made = planned(make, names, inputs=inputs)
    assert [mount.source for mount in made.mounts] == ["tree:current"]
    work = tmp_path / "work"
    work.mkdir()
    assert not [
        mount for mount in lay_out(made, make.objects, work) if mount.target.endswith("/v2")
    ]


def test_a_link_is_not_followed_out_of_the_tree(make: Any, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/out").symlink_to("/etc")
    with pytest.raises(OSError, match="leads out of the project"):
        real_place(tmp_path / "tree", "out/passwd")
    del make


parts = st.sampled_from(["a", "b", "..", ".", ""])
paths = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)
targets = st.lists(parts, min_size=1, max_size=4).map("/".join)


@given(st.lists(st.tuples(paths, targets | paths.map("/p/".__add__)), max_size=6))
def test_no_links_together_lead_out(found: list[tuple[str, str]]) -> None:
    names = [link(path, to, folder=True) for path, to in dict(found).items()]
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name, "tree")
        tree.mkdir()
        lay_out_links(names, SimpleNamespace(root="/p", links={}), tree)  # type: ignore[arg-type]
        for place, folders, files in os.walk(tree):
            for entry in (*folders, *files):
                real = os.path.realpath(Path(place, entry))
                assert (real + "/").startswith(f"{os.path.realpath(tree)}/")
