from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import pytest

from auditor.errors import MachineError, NotReplayedError
from auditor.locking import Target, build_requirements, fetch
from auditor.locking.fetch import _target_arguments
from auditor.model.digest import digest_bytes
from auditor.model.plan import Lock, LockedWheel


def wheel(folder: Path, name: str, tag: str, requires: str = "") -> None:
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as archive:
        info = f"{name}-1.0.dist-info"
        need = f"Requires-Dist: {requires}\n" if requires else ""
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{need}"
        )
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")


def test_build_requirements_come_as_wheels_for_the_target(
    offer: object, target: Target, tmp_path: Path
) -> None:
    del offer
    links, folder = tmp_path / "links", tmp_path / "wheels"
    folder.mkdir()
    wheel(links, "backend", "py3-none-any", "native")
    wheel(links, "native", "cp38-cp38-manylinux_2_17_x86_64")
    old = msgspec.structs.replace(
        target, version="3.8.18", soabi="cpython-38-x86_64-linux-gnu", libc="glibc 2.31"
    )
    build_requirements(("backend>=1",), old, folder)
    assert sorted(path.name.split("-")[0] for path in folder.iterdir()) == ["backend", "native"]
    with pytest.raises(NotReplayedError, match=r"cannot be had as wheels: .*native"):
        build_requirements(("backend>=1",), target, folder)


def test_a_source_distribution_is_never_taken_for_a_build(
    offer: object, target: Target, tmp_path: Path
) -> None:
    assert callable(offer)
    offer("backend-1.0.tar.gz")
    with pytest.raises(NotReplayedError, match=r"cannot be had as wheels: .*backend"):
        build_requirements(("backend",), target, tmp_path)


def test_what_has_an_address_of_its_own_is_not_taken_for_a_build(
    target: Target, tmp_path: Path
) -> None:
    setup = "from pathlib import Path\nPath(__file__).with_name('done').touch()\n"
    project = tmp_path / "backend-1.0"
    project.mkdir()
    (project / "setup.py").write_text(setup)
    (project / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: backend\nVersion: 1.0\n")
    with pytest.raises(NotReplayedError, match="comes from no index"):
        build_requirements((f"backend @ {project.as_uri()}",), target, tmp_path)
    assert not (project / "done").exists()


def test_pypy_is_asked_for_by_its_name(target: Target) -> None:
    pypy = msgspec.structs.replace(
        target, implementation="pypy", version="3.10.14", soabi="pypy310-pp73"
    )
    arguments = _target_arguments(pypy)
    assert arguments[:4] == ["--python-version", "3.10.14", "--implementation", "pp"]
    assert "any" not in arguments


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    missing = LockedWheel(name="x", version="1", file="x.whl", digest=digest_bytes(b""))
    with pytest.raises(MachineError, match="cannot write to the cache"):
        fetch(Lock(requirements="", wheels=(missing,)), blocked / "below", lambda _: None)


def test_what_comes_from_no_index_is_not_asked_for(tmp_path: Path) -> None:
    digest = digest_bytes(b"")
    kept = LockedWheel(name="x", version="1", file="x.whl", digest=digest, kept=True)
    lock = Lock(requirements="", wheels=(kept,))
    failures = fetch(lock, tmp_path, lambda _: pytest.fail("asked"))
    assert failures == {"x.whl": "it comes from no index, and the store does not hold it"}
