"""What stands for files that the run was not seen to open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import InputError
from auditor.model.canonical import canonical
from auditor.model.fact import recorded
from auditor.model.facts import Names
from auditor.model.names import Name, decode_names, encode_names
from auditor.model.plan import Base, Lock, Mount, Plan
from auditor.replay import Options, plan
from auditor.replay.tree.names import known_names, lay_out_names, names_of, unrecorded

TIME = 1_600_000_000_000_000


def name(path: str, size: int | None = 5, *, changed: bool = False) -> Name:
    return Name(path=path, size=size, modified=TIME, changed=changed)


def planned(make: Any, names: list[Name], **members: Any) -> Plan:
    digest = make.objects.put_bytes(encode_names(names))
    fingerprint = make.fingerprint(("python", "t.py"), **members)
    fact = recorded(Names(digest=digest, files=len(names), folders=0), "test")
    record = msgspec.structs.replace(fingerprint.record, names=fact)
    fingerprint = msgspec.structs.replace(fingerprint, record=record)
    base = Base(kind="host", reference="", reason="")
    return plan(fingerprint, Lock(requirements=""), base, Options(trusted=True))


def test_names_survive_their_object() -> None:
    names = (name("b", 0), name("a", None), name("é", changed=True))
    assert decode_names(encode_names(names)) == (names[1], names[0], names[2])
    with pytest.raises(InputError):
        decode_names(b'[["a", "b"]]')


def test_names_have_what_is_known_of_them_and_no_more() -> None:
    old = b'[["a",3,1600000000000000,false],["b",null,1600000000000000,true]]'
    names = decode_names(old)
    assert names == (name("a", 3), name("b", None, changed=True))
    assert encode_names(names) == old
    full = Name(path="c", size=1, modified=TIME, executable=True, link="a", order=0)
    linked = Name(path="d", size=1, modified=TIME, link="a")
    program = Name(path="e", size=1, modified=TIME, executable=True)
    assert decode_names(encode_names((full, linked, program))) == (full, linked, program)


def test_a_tree_is_completed(make: Any, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "data").mkdir(parents=True)
    (tree / "data" / "read.csv").write_text("known")
    (tree / "data" / "was.folder").mkdir()
    names = [
        *(name("data", None), name("data/read.csv"), name("data/unread.bin", 1 << 40)),
        *(name("old.txt", 3, changed=True), name("empty", 0), name(".git", None)),
        *(name("data/read.csv/odd", 1), name("data/was.folder", 7)),
        Name(path="tool", size=9, modified=TIME, executable=True),
    ]
    made = planned(make, names)
    assert lay_out_names(names_of(made, make.objects), made, tree, tmp_path / "names") == ()
    assert (tree / "data" / "read.csv").read_text() == "known"
    unread = (tree / "data" / "unread.bin").stat()
    assert (unread.st_size, unread.st_blocks, unread.st_mode & 0o777) == (1 << 40, 0, 0o200)
    assert (tree / "old.txt").stat().st_mode & 0o777 == 0o644
    assert (tree / "empty").read_text() == ""
    assert (tree / "tool").stat().st_mode & 0o777 == 0o311
    for place in ("data", "data/read.csv", "data/unread.bin", ".git", "old.txt"):
        assert (tree / place).stat().st_mtime_ns == TIME * 1000


def test_folders_outside_are_mounted(make: Any, tmp_path: Path) -> None:
    read = make.file("/data/deep/read.csv", "x")
    names = [
        *(name("/data", None), name("/data/deep", None), name("/data/a"), name("/srv/alone")),
        *(name("/home", None), name("/home/x"), name("/tmp/x"), name("/tmp", None)),
        name(str(Path(make.root).parent), None),
        name(str(make.root) + "-other"),
    ]
    made = planned(make, names, inputs=(read,))
    mounts = lay_out_names(names_of(made, make.objects), made, tmp_path, tmp_path / "names")
    assert mounts == (Mount(source=str(tmp_path / "names/0"), target="/data", read_only=True),)
    found = {path.name for path in (tmp_path / "names/0").rglob("*")}
    assert found == {"a", "deep", "read.csv"}


def test_an_environment_of_the_project_is_left_alone(make: Any, tmp_path: Path) -> None:
    root = str(make.root)
    made = planned(
        make,
        [name(".venv", None), name(".venv/pyvenv.cfg")],
        interpreter=make.interpreter(prefix=f"{root}/.venv"),
    )
    assert made.links
    lay_out_names(names_of(made, make.objects), made, tmp_path / "tree", tmp_path / "names")
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize("path", ["../up", "/etc/passwd", "a/../../b", ""])
def test_hostile_names_are_refused(make: Any, path: str) -> None:
    digest = make.objects.put_bytes(canonical([[path, 1, 1, False]]))
    with pytest.raises(InputError, match="refused"):
        known_names(recorded(Names(digest=digest, files=1, folders=0), "test"), make.objects)


def test_names_that_the_store_lacks_are_not_known(make: Any) -> None:
    digest = "sha256:" + "0" * 64
    fact = known_names(recorded(Names(digest=digest, files=1, folders=0), "test"), make.objects)
    assert fact.value is None
    assert "does not hold" in fact.reason


def test_what_a_replay_opens_besides(make: Any) -> None:
    made = planned(make, [name("known.csv"), name("a.csv"), name("b.csv"), name("empty", 0)])
    known = msgspec.structs.replace(made, files=(make.file("known.csv", "x"),))
    listed = make.file("a.csv", "", seen="listed")
    same = make.fingerprint(inputs=(make.file("known.csv", "x"), make.file("empty", ""), listed))
    assert unrecorded(known, make.objects, same) == ""
    other = make.fingerprint(inputs=(make.file("a.csv", ""), make.file("b.csv", "")))
    assert unrecorded(known, make.objects, other).startswith("it opened a.csv and 1 more, which")
