from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from auditor.replay.running import disk as module
from auditor.replay.running.disk import Disk
from auditor.replay.tree.sizes import total

KIB = 1024


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "tree", tmp_path / "observation"
    for folder in found:
        folder.mkdir()
    (found[0] / "input.bin").write_bytes(bytes(500 * KIB))
    return found


def looked(disk: Disk) -> str:
    """Look until every folder was seen to its end."""
    return next((said for said in (disk() for _ in range(50)) if said), "")


def test_what_was_there_before_does_not_count(folders: tuple[Path, Path]) -> None:
    disk = Disk(folders, 100 * KIB)
    assert looked(disk) == ""
    (folders[1] / "events").write_bytes(bytes(90 * KIB))
    assert looked(disk) == ""
    assert disk.grown() == ""


@pytest.mark.parametrize("number", [0, 1])
def test_all_folders_count(folders: tuple[Path, Path], number: int) -> None:
    disk = Disk(folders, 100 * KIB)
    (folders[number] / "a" / "b").mkdir(parents=True)
    (folders[number] / "a" / "b" / "c").write_bytes(bytes(120 * KIB))
    assert looked(disk) == "it wrote more than 100 KiB (--disk)" == disk.grown()


def test_holes_and_empty_files_count(folders: tuple[Path, Path]) -> None:
    disk = Disk(folders, 100 * KIB)
    with (folders[0] / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert looked(disk)
    (folders[0] / "sparse").unlink()
    assert looked(Disk(folders, 100 * KIB)) == ""
    for number in range(30):
        (folders[0] / str(number)).touch()
    assert looked(disk)


def test_links_are_not_followed_and_loops_end(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(200 * KIB))
    disk = Disk(folders, 100 * KIB)
    (folders[0] / "out").symlink_to(tmp_path / "large")
    (folders[0] / "loop").symlink_to(folders[0])
    assert looked(disk) == ""


def test_without_a_limit_only_the_machine_s_disk_counts(folders: tuple[Path, Path]) -> None:
    disk = Disk(folders, None)
    (folders[0] / "large").write_bytes(bytes(600 * KIB))
    assert looked(disk) == disk.grown() == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"f_bavail": 10}, "less than 1 GiB were left"),
        ({"f_favail": 10}, "hardly room for more files"),
    ],
)
def test_the_disk_of_this_machine_is_never_filled(
    folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, int],
    words: str,
) -> None:
    class Stat:
        f_bavail, f_frsize, f_files, f_favail = 1 << 30, 4096, 1 << 20, 1 << 20

    monkeypatch.setattr(module.os, "statvfs", lambda _: Stat)
    disk = Disk(folders, None)
    assert disk() == ""
    for name, value in changes.items():
        monkeypatch.setattr(Stat, name, value)
    assert words in disk()
    monkeypatch.setattr(Stat, "f_files", 0)  # btrfs counts none
    assert ("hardly" in disk()) is False


def test_a_look_is_short_and_goes_on_where_the_last_one_stopped(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK", -1.0)  # each look sees one entry
    disk = Disk(folders, 100 * KIB)
    (folders[1] / "large").write_bytes(bytes(200 * KIB))
    assert [bool(disk()) for _ in range(2)] == [False, True]


def test_what_goes_away_meanwhile_has_no_size(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    real = os.scandir

    def vanishing(path: str) -> Any:
        if path.endswith("a"):
            raise FileNotFoundError
        return real(path)

    monkeypatch.setattr("os.scandir", vanishing)
    assert total(tmp_path) == 4096
