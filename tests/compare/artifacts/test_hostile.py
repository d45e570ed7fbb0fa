"""Files are untrusted: whatever is cut off or changed, comparing ends, and says why it cannot."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from auditor.compare.artifacts import Difference, Undecided, Unreadable

pytestmark = pytest.mark.slow
Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare"


def raster(kind: str) -> bytes:
    file = io.BytesIO()
    levels = np.arange(300, dtype="u1").reshape(10, 10, 3)
    Image.fromarray(levels).save(file, kind)
    return file.getvalue()


def film() -> bytes:
    file = io.BytesIO()
    frames = [Image.fromarray(np.full((5, 5), level, "u1")) for level in (0, 100, 200)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return file.getvalue()


def archive(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("a.json", '{"x": [1, 2.5]}' * 9)
            target.writestr("b/c.txt", "took 3.2s\n" * 9)
        return file.getvalue()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as target_tar:
        for name in ("a.json", "ü" * 120):
            info = tarfile.TarInfo(name)
            info.size = 600
            target_tar.addfile(info, io.BytesIO(b"[1]" * 200))
    return file.getvalue()


FILES: dict[str, bytes] = {
    "a.png": raster("PNG"),
    "a.jpg": raster("JPEG"),
    "a.tif": raster("TIFF"),
    "a.bmp": raster("BMP"),
    "a.webp": raster("WEBP"),
    "a.gif": film(),
    "a.pdf": (DATA / "pdf" / "plot-a.pdf").read_bytes(),
    "a.svg": (DATA / "svg" / "plot-a.svg").read_bytes()[:4000] + b"</g></g></g></g></svg>",
    "a.html": (DATA / "html" / "styler-a.html").read_bytes(),
    "a.txt": "2026-01-05 12:00:01 é took 3.2s\r 45%|██ | 4/9\rx 0.5\n".encode() * 4,
    "a.zip": archive("zip"),
    "a.tar": archive("tar"),
    "a.txt.gz": gzip.compress(b"took 3.2s\n" * 20),
    "a.txt.bz2": bz2.compress(b"took 3.2s\n" * 20),
    "a.txt.xz": lzma.compress(b"took 3.2s\n" * 20),
}


@pytest.mark.parametrize("name", FILES)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
    deadline=None,
)
@given(data=st.data())
def test_broken_files_raise_only_what_is_told(
    differ: Differ, name: str, data: st.DataObject
) -> None:
    whole = FILES[name]
    broken = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    for _ in range(data.draw(st.integers(0, 6)) if broken else 0):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unreadable, Undecided):
        assert differ(name, whole, bytes(broken)).relation in {"within", "different", "unknown"}
