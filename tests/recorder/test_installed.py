from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.recorder.installed import conda, origin
from auditor.recorder.installed.main import distributions, main
from auditor.recorder.installed.record import Check, digest, rows


def record_digest(text: str) -> str:
    return digest(rows(text), {})


def distribution(folder: Path, name: str, **files: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    for file, text in files.items():
        (info / {"direct": "direct_url.json"}.get(file, file)).write_text(text)


def test_the_inventory(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    vcs = '{"url": "https://me:pw@host/r", "vcs_info": {"vcs": "git", "commit_id": "abc"}}'
    distribution(first, "Some_Thing.x", RECORD="a.py,sha256=1,2\n", INSTALLER="pip\n", direct=vcs)
    distribution(second, "some-thing-x", REQUESTED="")
    editable = '{"url": "file:///p", "dir_info": {"editable": true}}'
    distribution(second, "editable", direct=editable, REQUESTED="")
    archive = '{"url": "https://h/a.whl", "archive_info": {"hash": "sha256=ab"}}'
    distribution(second, "archive", direct=archive)
    distribution(
        second, "newer", direct='{"url": "u", "archive_info": {"hashes": {"sha256": "c"}}}'
    )
    distribution(second, "plain", direct='{"url": "u"}')
    distribution(second, "broken", direct="{")
    found = {row["name"]: row for row in distributions([str(first), str(second)])}
    assert set(found) == {"some-thing-x", "editable", "archive", "newer", "plain", "broken"}
    assert found["some-thing-x"]["location"] == str(first)
    assert found["some-thing-x"]["installer"] == "pip"
    assert found["some-thing-x"]["origin"]["url"] == "https://host/r"
    assert found["some-thing-x"]["origin"]["commit"] == "abc"
    assert found["editable"]["origin"]["editable"]
    assert found["editable"]["requested"]
    assert found["editable"]["reason"] == "it has no RECORD"
    assert found["archive"]["origin"]["digest"] == "sha256:ab"
    assert found["newer"]["origin"]["digest"] == "sha256:c"
    assert found["plain"]["origin"]["digest"] is None
    assert "cannot be read" in found["broken"]["reason"]


def test_a_record_s_digest_does_not_depend_on_the_installer() -> None:
    rows = ["p/a.py,sha256=1,10", '"p/b,c.py",sha256=2,10', "p-1.dist-info/METADATA,sha256=3,1"]
    written = [
        "p/__pycache__/a.cpython-311.pyc,,",
        "p-1.dist-info/RECORD,,",
        "p-1.dist-info/INSTALLER,sha256=9,4",
        "p-1.dist-info/REQUESTED,sha256=9,0",
        "p-1.dist-info/direct_url.json,sha256=9,4",
        "../../../bin/p,sha256=9,200",
        "/usr/bin/q,sha256=9,200",
    ]
    plain = record_digest("\n".join(rows))
    assert plain.startswith("sha256:")
    assert record_digest("\r\n".join(reversed([*rows, *written]))) == plain
    assert record_digest("\n".join(rows[:2])) != plain


def test_the_inventory_as_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path, "thing")
    monkeypatch.setattr(sys, "path", list(sys.path))
    question = {"executable": "x", "prefix": "y", "path": [str(tmp_path)]}
    (tmp_path / "ask").write_text(json.dumps(question))
    assert main([str(tmp_path / "ask"), str(tmp_path / "answer")]) == 0
    answer = json.loads((tmp_path / "answer").read_text())
    assert [row["name"] for row in answer["distributions"]] == ["thing"]
    assert (answer["executable"], answer["prefix"]) == ("x", "y")


def row(path: str, text: str, algorithm: str = "sha256", size: str | None = None) -> str:
    hashed = hashlib.new(algorithm, text.encode()).digest()
    said = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    return f"{path},{algorithm}={said},{len(text) if size is None else size}"


@pytest.fixture
def thing(tmp_path: Path) -> Path:
    """A distribution of four files, installed a minute ago."""
    texts = {"a.py": "one", "b.py": "two", "c.py": "three", "d.py": "four"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    listed = [row(name, text) for name, text in texts.items() if name != "d.py"]
    listed += [row("d.py", "four", "sha512", ""), "noted.txt,,"]
    distribution(tmp_path, "thing", RECORD="\n".join(listed))
    for path in tmp_path.rglob("*"):
        os.utime(path, (path.stat().st_mtime - 60,) * 2)
    return tmp_path


def seen(folder: Path) -> dict[str, Any]:
    (found,) = distributions([str(folder)])
    return found


def test_an_untouched_distribution_has_no_edited_files(thing: Path) -> None:
    assert seen(thing)["edited"] == []
    (thing / "a.py").touch()  # newer, and the same
    (thing / "d.py").touch()
    assert seen(thing)["edited"] == []


@pytest.mark.parametrize("text", ["another length", "eno"])
def test_edited_files_are_found_by_size_or_time_and_told_by_digest(thing: Path, text: str) -> None:
    before = seen(thing)["digest"]
    (thing / "a.py").write_text(text)
    (thing / "d.py").write_text("for?")
    (thing / "b.py").unlink()
    after = seen(thing)
    assert after["edited"] == [
        {"path": "a.py", "digest": "sha256:" + hashlib.sha256(text.encode()).hexdigest()},
        {"path": "b.py", "digest": None},
        {"path": "d.py", "digest": "sha256:" + hashlib.sha256(b"for?").hexdigest()},
    ]
    # What is there now has the digest that it would have if it had been installed so.
    fresh = "\n".join([row("a.py", text), row("c.py", "three"), row("d.py", "for?"), "noted.txt,,"])
    assert after["digest"] == record_digest(fresh) != before


def test_at_most_so_much_is_read(thing: Path) -> None:
    (thing / "a.py").write_text("eno")
    listed = rows((thing / "thing-1.0.dist-info" / "RECORD").read_text())
    found, reason = Check(budget=2).edited(listed, str(thing / "thing-1.0.dist-info"))
    assert found == {}
    assert reason == "1 of its files are newer than its RECORD and were not read"


def test_very_many_edits_are_counted(tmp_path: Path) -> None:
    listed = "\n".join(row(f"gone{number}.py", "x") for number in range(150))
    distribution(tmp_path, "thing", RECORD=listed)
    found = seen(tmp_path)
    assert len(found["edited"]) == 100
    assert found["reason"] == "150 of its files were edited"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"sha256": "ab" * 32, "md5": "cd" * 16}, {"digest": "sha256:" + "ab" * 32, "md5": None}),
        ({"md5": "cd" * 16}, {"digest": None, "md5": "cd" * 16}),
    ],
)
def test_what_conda_installed_is_told_by_its_own_records(
    tmp_path: Path, known: dict[str, str], expected: dict[str, str | None]
) -> None:
    site = "lib/python3.11/site-packages"
    built = '{"url": "file:///home/conda/feedstock_root/work", "dir_info": {}}'
    distribution(tmp_path / site, "thing", direct=built, RECORD="", INSTALLER="conda")
    meta = tmp_path / "conda-meta"
    meta.mkdir()
    url = "https://conda.example/t/secret-token/forge/linux-64/thing-1.0-0.conda"
    files = [f"{site}/thing-1.0.dist-info/METADATA", f"{site}/thing.py"]
    (meta / "thing-1.0-0.json").write_text(json.dumps({"url": url, "files": files} | known))
    (meta / "broken.json").write_text("{")
    (meta / "history").write_text("")
    (found,) = distributions([str(tmp_path / site)], str(tmp_path))
    assert found["origin"]["kind"] == "conda"
    assert found["origin"]["url"] == "https://conda.example/forge/linux-64/thing-1.0-0.conda"
    assert {key: found["origin"][key] for key in expected} == expected
    assert conda.packages("") == conda.packages(str(tmp_path / "nowhere")) == {}


def test_an_editable_install_has_the_commit_and_digest_of_its_folder(tmp_path: Path) -> None:
    project = tmp_path / "my project"
    project.mkdir()
    (project / "code.py").write_text("1")
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "code.pyc").write_text("x")
    url = project.as_uri()
    direct = json.dumps({"url": url, "dir_info": {"editable": True}})
    plain = origin.of(direct)
    assert plain is not None
    assert (plain["commit"], plain["kind"], plain["editable"]) == (None, "directory", True)
    assert plain["tree"].startswith("sha256:")
    (project / "ignored.txt").write_text("x")
    (project / ".gitignore").write_text("ignored.txt\n__pycache__\n.gitignore\n")
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "code.py"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    tracked = origin.of(direct)
    assert tracked is not None
    assert len(tracked["commit"]) == 40
    assert tracked["tree"] == plain["tree"]
    (project / "code.py").write_text("2")
    assert origin.tree(str(project)) != plain["tree"]
    gone = origin.of('{"url": "file:///nowhere/at/all", "dir_info": {"editable": true}}')
    assert gone is not None
    assert (gone["tree"], gone["commit"]) == (None, None)
    assert origin.tree(str(tmp_path / "nowhere")) is None


def test_a_very_large_folder_has_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("12345")
    (tmp_path / "b").write_text("12345")
    monkeypatch.setattr(origin, "_BYTES", 9)
    assert origin.tree(str(tmp_path)) is None
    monkeypatch.setattr(origin, "_BYTES", 10)
    assert origin.tree(str(tmp_path)) is not None
    monkeypatch.setattr(origin, "_FILES", 1)
    assert origin.tree(str(tmp_path)) is None
