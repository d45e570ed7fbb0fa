from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from auditor.errors import NotReplayedError
from auditor.locking import Environment, Keeper, content_digest, lock, place
from auditor.locking.keeping import local_file
from auditor.model.facts import Distribution, Edited, Origin
from auditor.model.plan import Lock
from tests.locking.local import (
    HERE,
    captured,
    environment,
    install,
    make_environment,
    make_wheel,
)

pytestmark = pytest.mark.slow

EDITABLE = '{"url": "file:///home/ada/project", "dir_info": {"editable": true}}'
VCS = json.dumps(
    {
        "url": "https://example.org/r.git",
        "vcs_info": {"vcs": "git", "commit_id": "c0ffee" * 6 + "c0ff"},
    }
)
ENTRY = "[console_scripts]\nshout = whole:main\n"
PARTS = {
    "whole/__init__.py": "def main(): print('as it was')\n",
    "space/part/module.py": "VALUE = 1\n",  # a namespace package: no __init__.py
    "whole-1.0.data/scripts/tool": "#!python\nprint('tool')\n",
    "whole-1.0.data/scripts/plain": "#!/bin/sh\necho plain\n",
    "whole-1.0.data/data/share/whole/notes.txt": "notes\n",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with one distribution of each kind that no index gives just as it was."""
    work = tmp_path_factory.mktemp("ran")
    site = make_environment(work / "venv")
    wheels = [
        make_wheel(work, "whole", PARTS, **{"entry_points.txt": ENTRY}),
        make_wheel(work, "Edited", {"edited.py": "VALUE = 1\n", "gone.py": "", "same.py": "1\n"}),
        make_wheel(
            work,
            "editable",
            {"__editable__.pth": "/home/ada/project\n"},
            **{"direct_url.json": EDITABLE},
        ),
        make_wheel(work, "vcs_thing", {"vcs_thing.py": ""}, **{"direct_url.json": VCS}),
        make_wheel(work, "conda_pure", {"conda_pure.py": ""}, INSTALLER="conda"),
    ]
    names = [path.name.split("-")[0] for path in wheels]
    install(work / "venv", "--no-index", "--find-links", work, *names)
    (site / "edited.py").write_text("VALUE = 2\n")
    (site / "gone.py").unlink()
    (site / "conda_pure-1.0.dist-info" / "INSTALLER").write_text("conda\n")
    return work


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No index at all."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return


def where(ran: Path) -> Environment:
    (site,) = (ran / "venv" / "lib").glob("python*/site-packages")
    return environment(ran / "venv", site)


@pytest.fixture(scope="module")
def dependencies(ran: Path) -> tuple[Distribution, ...]:
    return captured(ran / "venv", ran)


@pytest.mark.usefixtures("alone")
def test_what_no_index_has_comes_back_exactly_as_it_was(
    ran: Path, dependencies: tuple[Distribution, ...], tmp_path: Path
) -> None:
    by_name = {one.name: one for one in dependencies}
    edited = by_name["edited"].edited
    assert [(one.path, one.digest is None) for one in edited] == [
        ("edited.py", False),
        ("gone.py", True),
    ]
    cache = tmp_path / "cache"
    made = lock(dependencies, HERE, cache, lambda _: None, where(ran))
    assert made.unlocked == ()
    assert all(wheel.kept for wheel in made.wheels)
    assert [wheel.name for wheel in made.wheels] == sorted(by_name)
    install(*_second(tmp_path, made, cache))
    assert _contents(captured(tmp_path / "venv", tmp_path)) == _contents(dependencies)
    _runs(tmp_path / "venv")


def _second(folder: Path, made: Lock, cache: Path) -> tuple[Path | str, ...]:
    make_environment(folder / "venv")
    (folder / "requirements.txt").write_text(made.requirements)
    links = [f"--find-links={place(cache, wheel).parent}" for wheel in made.wheels]
    options = ("--no-index", "--require-hashes", "-r", folder / "requirements.txt")
    return folder / "venv", *links, *options


def _contents(dependencies: tuple[Distribution, ...]) -> dict[str, tuple[object, ...]]:
    return {one.name: (one.version, one.digest, one.origin) for one in dependencies}


def _runs(folder: Path) -> None:
    (site,) = (folder / "lib").glob("python*/site-packages")
    assert (site / "edited.py").read_text() == "VALUE = 2\n"
    assert not (site / "gone.py").exists()
    assert (site / "space" / "part" / "module.py").is_file()
    assert (folder / "share" / "whole" / "notes.txt").read_text() == "notes\n"
    assert (folder / "bin" / "tool").read_text().startswith(f"#!{folder}/bin/python")
    assert (folder / "bin" / "plain").read_text() == "#!/bin/sh\necho plain\n"
    assert "from whole import main" in (folder / "bin" / "shout").read_text()


@pytest.mark.usefixtures("alone")
def test_each_says_how_it_was_come_by(
    ran: Path, dependencies: tuple[Distribution, ...], tmp_path: Path
) -> None:
    made = lock(dependencies, HERE, tmp_path, lambda _: None, where(ran))
    said = {entry.subject.removeprefix("dependency:"): entry.reason for entry in made.remarks}
    packed = "it is packed from the installed files"
    assert said["editable"].startswith("editable was an editable install")
    assert said["vcs-thing"].startswith("vcs-thing was installed from a repository at c0ffeec0ffee")
    assert said["conda-pure"] == f"conda installed it; {packed}"
    assert (
        "files of it were edited where they were installed (edited.py, gone.py)" in said["edited"]
    )
    assert said["whole"].startswith("no package index that answers has whole==1.0 (asked: no index")
    assert all(reason.endswith(packed) for reason in said.values())
    again = lock(dependencies, HERE, tmp_path / "other", lambda _: None, where(ran))
    assert again == made


@pytest.mark.usefixtures("alone")
def test_where_the_environment_is_gone_it_is_said(
    ran: Path, dependencies: tuple[Distribution, ...], tmp_path: Path
) -> None:
    nowhere = Environment(prefix=str(tmp_path), folders=(str(tmp_path),))
    made = lock(dependencies, HERE, tmp_path, lambda _: None, nowhere)
    assert made.wheels == ()
    assert len(made.unlocked) == len(dependencies)
    assert all("not on this machine any more" in entry.reason for entry in made.unlocked)
    del ran


def test_files_that_changed_since_the_run_are_not_packed(
    ran: Path, dependencies: tuple[Distribution, ...], tmp_path: Path
) -> None:
    one = next(one for one in dependencies if one.name == "vcs-thing")
    keeper = Keeper(where(ran), tmp_path, HERE)
    other = msgspec.structs.replace(one, digest="sha256:" + "ab" * 32)
    with pytest.raises(NotReplayedError, match="not those that ran any more"):
        keeper.keep(other)
    with pytest.raises(NotReplayedError, match="no RECORD"):
        keeper.keep(msgspec.structs.replace(one, digest=None))
    with pytest.raises(NotReplayedError, match="not known"):
        Keeper(None, tmp_path, HERE).keep(one)
    assert not (tmp_path / "wheels").exists()


def test_what_conda_linked_is_not_packed(
    ran: Path, dependencies: tuple[Distribution, ...], tmp_path: Path
) -> None:
    site = make_environment(tmp_path / "venv")
    native = make_wheel(
        tmp_path,
        "native",
        {"native.py": ""},
        WHEEL="Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-abi3-linux_x86_64\n",
    )
    with zipfile.ZipFile(native) as archive:
        archive.extractall(site)
    (site / "native-1.0.dist-info" / "INSTALLER").write_text("conda\n")
    (one,) = captured(tmp_path / "venv", tmp_path)
    keeper = Keeper(environment(tmp_path / "venv", site), tmp_path, HERE)
    with pytest.raises(NotReplayedError, match="linked to libraries of its conda environment"):
        keeper.keep(one)
    of_pip = msgspec.structs.replace(one, installer="pip")
    kept, _how = keeper.keep(of_pip)
    assert kept.file == "native-1.0-cp39-abi3-linux_x86_64.whl"
    other = msgspec.structs.replace(HERE, platform="linux-aarch64")
    with pytest.raises(NotReplayedError, match="another platform"):
        Keeper(environment(tmp_path / "venv", site), tmp_path, other).keep(of_pip)
    del ran, dependencies


@pytest.mark.usefixtures("alone")
def test_a_local_wheel_is_kept_as_it_is(tmp_path: Path) -> None:
    file = make_wheel(tmp_path, "mine", {"mine.py": ""})
    site = make_environment(tmp_path / "venv")
    install(tmp_path / "venv", file)
    (one,) = captured(tmp_path / "venv", tmp_path)
    assert local_file(one) == file
    there = environment(tmp_path / "venv", site)
    made = lock((one,), HERE, tmp_path / "cache", lambda _: None, there)
    assert place(tmp_path / "cache", made.wheels[0]).read_bytes() == file.read_bytes()
    assert made.remarks[0].reason.endswith("the local file that it was installed from is kept")
    assert content_digest(file) == one.digest
    file.write_bytes(b"another since")
    made = lock((one,), HERE, tmp_path / "other", lambda _: None, there)
    assert made.remarks[0].reason.endswith("it is packed from the installed files")
    gone = Environment(prefix=str(tmp_path), folders=())
    made = lock((one,), HERE, tmp_path / "third", lambda _: None, gone)
    assert made.wheels[0].digest == one.origin.digest if one.origin else None
    assert not made.wheels[0].kept


def test_what_cannot_be_packed_is_a_reason(tmp_path: Path) -> None:
    site = make_environment(tmp_path / "venv")
    info = site / "odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "RECORD").write_text("../../../../outside,sha256=x,1\n")
    (tmp_path / "outside").write_text("x")
    keeper = Keeper(environment(tmp_path / "venv", site), tmp_path, HERE)
    (one,) = captured(tmp_path / "venv", tmp_path)
    with pytest.raises(NotReplayedError, match="outside of its environment"):
        keeper.keep(one)
    (info / "RECORD").write_text("odd-1.0.dist-info/METADATA,,\n")
    (one,) = captured(tmp_path / "venv", tmp_path)
    with pytest.raises(NotReplayedError, match="WHEEL"):
        keeper.keep(one)


def test_credentials_in_an_origin_do_not_travel(tmp_path: Path) -> None:
    secret = VCS.replace("https://", "https://me:password@")
    site = make_environment(tmp_path / "venv")
    install(
        tmp_path / "venv",
        *("--no-index", "--find-links", tmp_path),
        make_wheel(tmp_path, "mine", {"mine.py": ""}, **{"direct_url.json": secret}),
    )
    (site / "mine-1.0.dist-info" / "direct_url.json").write_text(secret)
    (one,) = captured(tmp_path / "venv", tmp_path)
    assert one.origin == Origin(
        url="https://example.org/r.git", kind="vcs", commit="c0ffee" * 6 + "c0ff"
    )
    kept, _how = Keeper(environment(tmp_path / "venv", site), tmp_path, HERE).keep(one)
    assert b"password" not in place(tmp_path, kept).read_bytes()


def test_an_edited_file_without_its_environment_is_locked_and_remarked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(tmp_path, "one", {"one.py": "1"})
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    rows = tuple(Edited(path=f"{name}.py", digest=None) for name in "abcd")
    one = Distribution(name="one", version="1.0", digest="sha256:" + "ab" * 32, edited=rows)
    made = lock((one,), HERE, tmp_path / "cache", lambda _: None)
    assert made.wheels[0].file == "one-1.0-py3-none-any.whl"
    assert made.remarks[0].reason == (
        "files of it were edited where they were installed (a.py, b.py, c.py, …); "
        "that version is installed instead, as an index has it"
    )
