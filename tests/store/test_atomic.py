from __future__ import annotations

import errno
from pathlib import Path

import pytest

from auditor.errors import MachineError
from auditor.hashing import UnstableFileError
from auditor.store.atomic import atomic, write


def test_the_file_appears_whole(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b", b"whole")
    assert (tmp_path / "a" / "b").read_bytes() == b"whole"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "b", b"old")
    with pytest.raises(RuntimeError), atomic(tmp_path / "b") as file:
        file.write(b"half")
        raise RuntimeError
    assert (tmp_path / "b").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="No space left") as caught, atomic(tmp_path / "b"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "nothing half-written" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_a_source_that_changed_is_not_the_disks_fault(tmp_path: Path) -> None:
    with pytest.raises(UnstableFileError), atomic(tmp_path / "b"):
        raise UnstableFileError("it changed")


def test_a_device_that_is_full_is_a_machine_error(tmp_path: Path) -> None:
    file = tmp_path / "not-a-folder"
    file.write_bytes(b"")
    with pytest.raises(MachineError):
        write(file / "b", b"")
