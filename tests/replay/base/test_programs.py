"""Which programs a base of this host takes, from whom, and what comes along."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from auditor.hashing import hash_file
from auditor.model.digest import digest_bytes
from auditor.model.fact import recorded
from auditor.model.facts import Git, Process, Program, Programs, SharedLibrary
from auditor.model.fingerprint import Fingerprint
from auditor.replay.base.host import members
from auditor.replay.base.libraries import is_elf, sonames
from auditor.replay.base.programs import folders_of, lacking, taken
from auditor.replay.base.python import Python
from auditor.replay.base.runtime import runtime_files, state
from auditor.replay.options import Options

if TYPE_CHECKING:
    from conftest import Make

pytestmark = pytest.mark.slow

OTHERS, OWN = Options(), Options(trusted=True)
SHELL = "/usr/bin/sort"


def program(path: str, **changes: str | None) -> Program:
    file = os.path.realpath(path)
    digest = hash_file(Path(file))[0] if Path(file).is_file() else None
    made = Program(path=path, file=file, starts=1, digest=digest)
    return msgspec.structs.replace(made, **changes)


def used(make: Make, *programs: Program, libraries: tuple[SharedLibrary, ...] = ()) -> Fingerprint:
    fingerprint = make.fingerprint()
    fact = recorded(Programs(programs=programs, libraries=libraries), "test")
    record = msgspec.structs.replace(fingerprint.record, programs=fact)
    return msgspec.structs.replace(fingerprint, record=record)


def paths(fingerprint: Fingerprint, options: Options) -> list[str]:
    return [str(path) for path in taken(fingerprint, options)]


def test_programs_are_taken_as_they_were_called_and_as_they_are(make: Make) -> None:
    assert paths(used(make, program("/bin/sh")), OTHERS) == [
        "/bin/sh",
        os.path.realpath("/bin/sh"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/hostname", "/etc/shadow", "/proc/self/environ", "/dev/zero", "sort"),
        *("/usr/bin/../../etc/passwd", "//usr/bin/sort", "/usr/bin", "/usr/bin/no-such-program"),
        "/usr/bin/so\0rt",
    ],
)
def test_what_is_no_program_is_nobody_s(make: Make, path: str) -> None:
    named = Program(path=path, file=path, starts=1, digest=None)
    library = SharedLibrary(file=path, digest=None)
    hidden = Program(path=SHELL, file=path, starts=1, digest=digest_bytes(b"x"))
    for options in (OTHERS, OWN):
        assert paths(used(make, named, libraries=(library,)), options) == []
        assert "is not" in lacking(used(make, hidden), options)[0].reason


def test_a_program_at_home_is_its_user_s_only(make: Make, tmp_path: Path) -> None:
    tool = Path(shutil.copy(SHELL, tmp_path / "tool"))
    fingerprint = used(make, program(str(tool)))
    assert paths(fingerprint, OTHERS) == []
    assert "may be private" in lacking(fingerprint, OTHERS)[0].reason
    assert paths(fingerprint, OWN) == [str(tool)]
    assert lacking(fingerprint, OWN) == ()


def test_what_lies_in_the_project_comes_with_it(make: Make) -> None:
    make.root.mkdir(exist_ok=True)
    tool = str(shutil.copy(SHELL, make.root / "tool"))
    assert paths(used(make, program(tool)), OWN) == []
    assert lacking(used(make, program(tool)), OWN) == ()


def test_another_build_and_a_missing_one_are_told(make: Make) -> None:
    other = digest_bytes(b"another")
    fingerprint = used(
        make,
        program(SHELL, digest=other, package="coreutils", version="9.0-1"),
        Program(path="/usr/bin/gone", file="/usr/bin/gone", starts=1, digest=other),
        libraries=(SharedLibrary(file="/usr/lib/libgone.so.3.1", digest=other),),
    )
    rows = {row.subject: row.reason for row in lacking(fingerprint, OTHERS)}
    assert rows == {
        "system.library:sort": "/usr/bin/sort (of coreutils 9.0-1) is another file on this machine",
        "system.library:gone": "/usr/bin/gone is not on this machine",
        "system.library:libgone.so.3": "/usr/lib/libgone.so.3.1 is not on this machine",
    }


def test_a_repository_that_git_was_asked_for(make: Make) -> None:
    fingerprint = used(make, program("/usr/bin/git"))
    git = recorded(Git(commit="c", branch="b", remote=None, dirty=False), "test")
    source = msgspec.structs.replace(fingerprint.recipe.source, git=git)
    recipe = msgspec.structs.replace(fingerprint.recipe, source=source)
    (row,) = lacking(msgspec.structs.replace(fingerprint, recipe=recipe), OWN)
    assert row.subject == "source.git"


def test_without_a_tracer_what_the_hook_saw_is_taken(make: Make) -> None:
    fingerprint = make.fingerprint(argv=("sort", "x"))
    children = (
        Process(argv=("sh", "-c", "x"), executable="/bin/sh", python=False),
        Process(argv=("no-such",), executable="no-such", python=False),
        Process(argv=("p",), executable="/usr/bin/perl", python=True),
    )
    record = msgspec.structs.replace(fingerprint.record, processes=recorded(children, "test"))
    fingerprint = msgspec.structs.replace(fingerprint, record=record)
    assert paths(fingerprint, OTHERS) == ["/bin/sh", "/usr/bin/sort"]
    assert lacking(fingerprint, OTHERS) == ()


def test_folders_for_path(make: Make) -> None:
    rows = [
        Program(path=path, file=path, starts=1, digest=None)
        for path in ("/opt/x/bin/tool", "/bin/sh", "/a:b/c", "relative/x")
    ]
    assert folders_of(used(make, *rows)) == ("/bin", "/opt/x/bin")


def test_perl_comes_with_its_modules_and_without_its_manual() -> None:
    perl = Path(os.path.realpath("/usr/bin/perl"))
    files = {str(path) for path in runtime_files([perl])}
    assert any(path.endswith("/List/Util.pm") for path in files)
    assert not any("/share/man/" in path or "/share/doc/" in path for path in files)
    assert "/usr/bin/dpkg" not in files
    assert state([perl]) == state([perl])
    assert state([perl]) != state([])


def test_a_prefix_of_its_own_is_taken_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.replay.base.runtime._PREFIXES", (tmp_path,))
    for name in ("julia/bin/julia", "julia/share/base.jl", "julia/share/private", "other/x"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "julia/share/private").chmod(0o600)
    tool = tmp_path / "julia/bin/julia"
    found = [path for path in runtime_files([tool]) if path.is_relative_to(tmp_path)]
    assert [path.name for path in found] == ["julia", "base.jl"]
    before = state([tool])
    (tmp_path / "julia/share/base.jl").write_text("changed")
    assert state([tool]) != before


def test_members_of_a_base_with_programs(python: Python) -> None:
    awk = Path("/usr/bin/awk")
    bare, made = members(python), members(python, (Path("/bin/sh"), awk, awk.resolve()))
    assert "/usr/bin/dash" not in bare
    assert made["/usr/bin/sh"].target
    assert made["/usr/bin/awk"].target == "/etc/alternatives/awk"
    assert made["/etc/alternatives/awk"].target == str(awk.resolve())
    assert made[str(awk.resolve())].source == awk.resolve()


def test_the_links_that_a_library_is_loaded_by(tmp_path: Path) -> None:
    library = tmp_path / "libx.so.1.2"
    library.write_bytes(b"\x7fELF")
    for name, target in (
        ("libx.so.1", "libx.so.1.2"),
        ("libx.so", "libx.so.1"),
        ("libx.so.9", "n"),
    ):
        (tmp_path / name).symlink_to(target)
    assert [path.name for path in sonames(library)] == ["libx.so", "libx.so.1"]
    assert sonames(tmp_path / "tool") == ()
    assert is_elf(library)
    assert not is_elf(tmp_path / "absent")
