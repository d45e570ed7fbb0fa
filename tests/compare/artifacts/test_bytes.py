from __future__ import annotations

from pathlib import Path

import pytest

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
