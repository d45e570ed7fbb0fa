from __future__ import annotations

from pathlib import Path

import pytest

from auditor.compare.artifacts import bytes as module
from auditor.compare.artifacts.bytes import first_difference


@pytest.mark.parametrize(
    ("a", "b", "offset"),
    [
        (b"abc", b"abd", 2),
        (b"abc", b"ab", 2),
        (b"", b"x", 0),
        (b"x" * (1 << 20) + b"a", b"x" * (1 << 20) + b"b", 1 << 20),
    ],
)
def test_the_first_offset_is_named(tmp_path: Path, a: bytes, b: bytes, offset: int) -> None:
    paths = (tmp_path / "a", tmp_path / "b")
    for path, content in zip(paths, (a, b), strict=True):
        path.write_bytes(content)
    lines = first_difference(*paths)
    assert lines[0].startswith(f"first difference at byte {offset} (0x{offset:x});")
    assert lines[1].startswith(f"- {offset // 16 * 16:08x}")
    assert first_difference(paths[0], paths[0]) == ()


@pytest.mark.parametrize(
    ("a", "b", "extent"),
    [
        (b"abc", b"abd", "1 of 3 bytes differ"),
        (b"abc", b"ab", "3 bytes became 2"),
        (b"x" * (3 << 20), b"x" * (1 << 20) + b"y" * (2 << 20), f"{2 << 20} of {3 << 20} bytes"),
    ],
)
def test_how_much_differs(tmp_path: Path, a: bytes, b: bytes, extent: str) -> None:
    paths = (tmp_path / "a", tmp_path / "b")
    for path, content in zip(paths, (a, b), strict=True):
        path.write_bytes(content)
    assert extent in first_difference(*paths)[0]


def test_large_files_are_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_COUNTED", 2)
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").write_bytes(b"abd")
    assert first_difference(tmp_path / "a", tmp_path / "b")[0].endswith("both have 3 bytes")
