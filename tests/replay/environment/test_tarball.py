from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from auditor.errors import MachineError
from auditor.replay.environment.tarball import Member, link, stream, text


def members(tmp_path: Path) -> dict[str, Member]:
    program = tmp_path / "program"
    program.write_text("#!")
    program.chmod(0o700)
    os.utime(program, (1000.7, 1000.7))
    return {
        "/usr/bin/program": Member(source=program),
        "/bin": link("usr/bin"),
        "/etc/passwd": text("root\n"),
        "/tmp": Member(mode=0o1777),
    }


def test_is_the_same_each_time_and_has_each_path_once(tmp_path: Path) -> None:
    data = b"".join(stream(members(tmp_path)))
    assert data == b"".join(stream(members(tmp_path)))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        found = tar.getmembers()
    names = [info.name for info in found]
    assert names == sorted(names)
    assert names == ["bin", "etc", "etc/passwd", "tmp", "usr", "usr/bin", "usr/bin/program"]
    by_name = {info.name: info for info in found}
    assert by_name["usr/bin"].mode == 0o755
    assert by_name["tmp"].mode == 0o1777
    assert by_name["usr/bin/program"].mode == 0o755
    assert by_name["usr/bin/program"].mtime == 1000
    assert by_name["bin"].linkname == "usr/bin"
    assert {(info.uid, info.gid) for info in found} == {(0, 0)}


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be read"):
        b"".join(stream({"/x": Member(source=tmp_path / "gone")}))


def test_a_reader_that_leaves_does_not_hang_it(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(4_000_000))
    chunks = stream({"/x": Member(source=large)})
    assert next(chunks)
    chunks.close()
