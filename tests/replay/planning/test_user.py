"""Who a replay is: its own user, or where asked for, the recorded name and home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.model.fact import recorded
from auditor.model.facts import Host
from auditor.model.plan import Base, Plan
from auditor.replay import Options, execute, prepare
from auditor.replay.engines import Engine
from auditor.replay.planning.plan import plan
from auditor.replay.planning.user import HOME, NAME, accounts, person_of, scratch_of
from auditor.replay.tree.layout import lay_out
from tests.replay.tree.test_layout import NOTHING

SAME = Options(same_user=True)
ADA = Host(name="desk", user="ada", kernel="Linux 6", home="/home/ada")


def by(make: Any, host: Host | None = ADA, **parts: Any) -> Any:
    fingerprint = make.fingerprint(**parts)
    if host is None:
        return fingerprint
    record = msgspec.structs.replace(fingerprint.record, host=recorded(host, "test"))
    return msgspec.structs.replace(fingerprint, record=record)


def base(python: str = "/usr/bin/python3") -> Base:
    return Base(kind="host", reference="x", reason="", python=python)


def planned(fingerprint: Any, options: Options = SAME, python: str = "/usr/bin/python3") -> Plan:
    return plan(fingerprint, NOTHING, base(python), options)


def test_by_default_it_is_nobody_who_was_there(make: Any) -> None:
    made = planned(by(make), Options())
    assert (made.variables["USER"], made.variables["LOGNAME"]) == (NAME, NAME)
    assert made.variables["HOME"] == HOME
    assert scratch_of(made) == ("/tmp", HOME)
    (row,) = [row for row in made.unhonoured if row.subject.startswith("host")]
    assert "user and home (--same-user keeps those)" in row.reason


def test_a_run_that_read_its_home_finds_it_where_it_was(make: Any) -> None:
    parts = {"root": "/work", "inputs": (make.file("/home/ada/.cache/x", "1"),)}
    made = planned(by(make, **parts), Options())
    assert (made.variables["USER"], made.variables["HOME"]) == (NAME, "/home/ada")
    assert scratch_of(made) == ("/tmp", "/home/ada")
    pyenv = "/home/ada/.pyenv/bin/python3"
    made = planned(by(make, **parts), Options(), pyenv)
    assert made.variables["HOME"] == "/home/ada"
    assert scratch_of(made) == ("/tmp",)
    assert (
        "may read there, not write" in {r.subject: r.reason for r in made.unhonoured}["host.home"]
    )
    for hostile in ("/", "/etc", "/home/ada:x", ""):
        host = Host(name="desk", user="ada", kernel="", home=hostile)
        assert planned(by(make, host, **parts), Options()).variables["HOME"] == HOME


def test_where_asked_for_it_is_named_as_the_run_was(make: Any, tmp_path: Path) -> None:
    made = planned(by(make, root="/home/ada/project"))
    assert (made.variables["USER"], made.variables["LOGNAME"]) == ("ada", "ada")
    assert made.variables["HOME"] == "/home/ada"
    assert scratch_of(made) == ("/tmp", "/home/ada")
    (row,) = [row for row in made.unhonoured if row.subject.startswith("host")]
    assert "--same-user" not in row.reason
    mounts = {mount.target: mount for mount in lay_out(made, make.objects, tmp_path)}
    users = Path(mounts["/etc/passwd"].source).read_text().splitlines()
    assert users[0] == "ada:x:65534:65534::/home/ada:/usr/sbin/nologin"
    assert mounts["/etc/passwd"].read_only


def test_a_home_within_the_project_is_a_folder_of_the_tree(make: Any) -> None:
    inside = Host(name="desk", user="ada", kernel="", home="/p/home")
    assert scratch_of(planned(by(make, inside, root="/p"))) == ("/tmp",)
    same = Host(name="desk", user="ada", kernel="", home="/p")
    assert scratch_of(planned(by(make, same, root="/p"))) == ("/tmp",)


@pytest.mark.parametrize(
    "home",
    ["", "/", "/etc", "/opt", "/opt/auditor/env", "/usr/local", "../x", "/a:b", "/a\nx:0", "/tmp"],
)
def test_a_home_that_would_hide_something_is_not_made(make: Any, home: str) -> None:
    host = Host(name="desk", user="ada", kernel="", home=home)
    made = planned(by(make, host))
    assert (made.variables["USER"], made.variables["HOME"]) == ("ada", HOME)
    assert "host.home" in {row.subject for row in made.unhonoured}


def test_a_home_with_the_interpreter_in_it_stays_as_it_is(make: Any) -> None:
    made = planned(by(make), python="/home/ada/.pyenv/versions/3.11.7/bin/python3.11")
    assert made.variables["HOME"] == HOME


@pytest.mark.parametrize("user", ["", "a:0:0", "root\nx", "-x", "a" * 33, "1000"])
def test_what_is_no_name_of_a_user_is_not_taken(make: Any, user: str) -> None:
    person = person_of(by(make, Host(name="", user=user, kernel="", home="/h")), base(), SAME)
    assert (person.name, person.home) == (NAME, HOME)
    assert [row.subject for row in person.unhonoured] == ["host.user"]
    unknown = person_of(by(make, None), base(), SAME)
    assert "not known" in unknown.unhonoured[0].reason


@pytest.mark.parametrize(("uid", "name"), [("0:0", "root"), ("65534:65534", "root"), ("7:0", "x")])
def test_accounts_name_each_user_and_group_once(make: Any, uid: str, name: str) -> None:
    host = Host(name="", user=name, kernel="", home="/h")
    made = planned(by(make, host), Options(same_user=True, user=uid))
    for text in accounts(made):
        rows = [line.split(":") for line in text.splitlines()]
        assert rows[0][0] == name
        assert len({row[0] for row in rows}) == len(rows)
        assert len({row[2] for row in rows}) == len(rows)


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("same", [True, False])
def test_the_container_knows_its_user(
    make: Any,
    engine: Engine,
    cache: Path,
    same: bool,  # noqa: FBT001 - parametrised
) -> None:
    script = """if True:
        import getpass, os, pathlib, pwd
        entry = pwd.getpwuid(os.getuid())
        home = pathlib.Path.home()
        (home / "mine").write_text("1")
        print(getpass.getuser(), entry.pw_name, entry.pw_dir, home, os.getcwd())
        print(*sorted(os.listdir(home)))
    """
    root = "/home/ada/deep/project"
    fingerprint = by(make, source={"train.py": script}, root=root)
    options = Options(same_user=same)
    prepared = prepare(fingerprint, make.objects, engine, options, tell=lambda _: None, cache=cache)
    with execute(prepared, make.objects, engine, 1) as executed:
        said = (executed.observation / "stdout").read_text()
        error = (executed.observation / "stderr").read_text()
    name, home = ("ada", "/home/ada") if same else (NAME, HOME)
    there = "deep mine" if same else "mine"
    assert said == f"{name} {name} {home} {home} {root}\n{there}\n", error
