"""Folders to a tar and back."""

from __future__ import annotations

import io
import os
import socket
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import MachineError, NotReplayedError
from auditor.replay.engines.archive import pack, unpack

PLENTY = 1 << 30
MOMENT = 1_700_000_000_123_456_789
NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60
).filter(lambda name: name not in {".", ".."} and len(name.encode()) < 250)
TREES = st.dictionaries(NAMES, st.binary(max_size=2000) | st.none(), max_size=6)


def again(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of another size, as a network does."""
    data = b"".join(chunks)
    yield from (data[at : at + size] for at in range(0, len(data), size))


@settings(deadline=None, max_examples=40)
@given(TREES, st.integers(min_value=1, max_value=3000))
def test_what_is_unpacked_is_what_was_packed(tree: dict[str, bytes | None], size: int) -> None:
    with TemporaryDirectory() as name:
        here, there = Path(name, "here"), Path(name, "there")
        for folder in (here, there):
            folder.mkdir()
        (there / "old").mkdir()
        for path, content in tree.items():
            if content is None:
                (here / path).mkdir()
            else:
                (here / path).write_bytes(content)
        unpack(again(pack({"0": here}), size), there, PLENTY)
        found = {p.name: None if p.is_dir() else p.read_bytes() for p in there.iterdir()}
        assert found == tree


def test_kinds_modes_owners_and_times_stay(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "sub").mkdir(parents=True)
    there.mkdir()
    (here / "run").write_text("x")
    (here / "run").chmod(0o751)
    os.utime(here / "run", ns=(1, MOMENT))
    (here / "sub/link").symlink_to("/etc/passwd")
    os.mkfifo(here / "pipe")
    os.link(here / "run", here / "same")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(here / "socket"))
        unpack(pack({"0": here}), there, PLENTY)
    assert abs((there / "run").stat().st_mtime_ns - MOMENT) < 1000
    assert stat.S_IMODE((there / "run").stat().st_mode) == 0o751
    assert (there / "sub/link").readlink() == Path("/etc/passwd")
    assert stat.S_ISFIFO((there / "pipe").stat().st_mode)
    assert (there / "same").read_text() == "x"
    assert not (there / "socket").exists()


def test_several_sources_and_a_file_alone(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").mkdir()
    os.utime(tmp_path / "one", ns=(1, MOMENT))
    packed = b"".join(pack({"0": tmp_path / "one", "1": tmp_path / "two"}))
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        one, two = tar
        assert (one.name, one.isreg(), one.size) == ("0", True, 1)
        assert one.pax_headers["mtime"] == "1700000000.123456789"
        assert (two.name, two.isdir()) == ("1", True)


def test_a_file_that_shrinks_meanwhile_spoils_nothing_else(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (here / "a").write_bytes(b"x" * 5000)
    (here / "b").write_text("whole")
    chunks = pack({"0": here})
    first = [next(chunks), next(chunks)]  # the headers of the folder and of the file
    (here / "a").write_bytes(b"y")
    unpack(iter([*first, *chunks]), there, PLENTY)
    assert (there / "a").read_bytes() == b"y" + b"\0" * 4999
    assert (there / "b").read_text() == "whole"


def test_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot read what the replay needs"):
        list(pack({"0": tmp_path / "gone"}))


def tar_of(*members: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, 0o644
    info.size = 1 if kind == tarfile.REGTYPE else 0
    return info


@pytest.mark.parametrize(
    "members",
    [
        (member("0/../../out"),),
        (member("0/hard", tarfile.LNKTYPE, "0/../../secret"),),
        (member("0/a", tarfile.SYMTYPE, "x"), member("0/b/../../../out", tarfile.SYMTYPE, "y")),
    ],
)
def test_nothing_is_written_outside(tmp_path: Path, members: tuple[tarfile.TarInfo, ...]) -> None:
    (tmp_path / "secret").write_text("s")
    folder = tmp_path / "there"
    folder.mkdir()
    with pytest.raises(NotReplayedError, match="leads out of it"):
        unpack(iter([tar_of(*members)]), folder, PLENTY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "there"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    folder, outside = tmp_path / "there", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    link = member("0/way", tarfile.SYMTYPE, str(outside))
    with pytest.raises((NotReplayedError, MachineError)):
        unpack(iter([tar_of(link, member("0/way/file"))]), folder, PLENTY)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("depth", [1500, 2500])
def test_folders_that_are_too_deep_to_be_written(tmp_path: Path, depth: int) -> None:
    with pytest.raises(NotReplayedError, match="too deep"):
        unpack(iter([tar_of(member("0" + "/d" * depth))]), tmp_path, PLENTY)


@pytest.mark.slow
def test_folders_deeper_than_pythons_stack_are_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        os.chdir(tmp_path)
        assert len(b"".join(pack({"0": Path("d")}))) > 1200 * tarfile.BLOCKSIZE
    finally:
        # Python's own removal is no deeper than its stack
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_a_device_is_left_out(tmp_path: Path) -> None:
    disk = member("0/disk", tarfile.BLKTYPE)
    unpack(iter([tar_of(disk, member("0/file"))]), tmp_path, PLENTY)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_more_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    info = member("0/big")
    info.size = 100_000
    with pytest.raises(NotReplayedError, match="left more than there is room for"):
        unpack(iter([tar_of(info)]), tmp_path, 50_000)


@pytest.mark.parametrize("data", [b"", b"no tar at all" * 100, tar_of(member("0/a"))[:600]])
def test_what_is_no_archive_is_said(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NotReplayedError, match="what the replay left cannot be read"):
        unpack(iter([data]), tmp_path, PLENTY)
