from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, PngImagePlugin

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.artifacts import image as module
from auditor.compare.readers import pictures
from auditor.model.policy import Policy, Rule

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare" / "image"
RAMP = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)


def saved(levels: Any, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = levels if isinstance(levels, Image.Image) else Image.fromarray(levels)
    image.save(file, kind, **options)
    return file.getvalue()


def changed(levels: Any, by: int = 1) -> Any:
    other = levels.copy()
    other[3:5, 7:10, 0] ^= by
    return other


def test_a_plot_made_twice(differ: Differ) -> None:
    plots = [(DATA / f"plot-{name}.png").read_bytes() for name in "abc"]
    found = differ("a.png", plots[0], plots[1])
    assert found.relation == "within"
    assert found.notes == ("what the file says of itself differs: Software",)
    assert not found.pictures
    found = differ("a.png", plots[0], plots[2])
    assert found.relation == "different"
    assert "pixels differ" in found.evidence[0]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "GIF", "WEBP"])
def test_one_level_of_one_channel_counts(differ: Differ, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    levels = np.zeros((8, 9), "u1") if kind == "GIF" else RAMP
    other = levels.copy()
    other[3, 7] ^= 1
    name = f"a.{kind.lower()}"
    assert differ(name, saved(levels, kind, **options), saved(levels, kind, **options)).relation
    found = differ(name, saved(levels, kind, **options), saved(other, kind, **options))
    assert found.relation == "different"
    assert "by up to 1 levels at (7, 3), all inside (7, 3) to (7, 3)" in found.evidence[0]
    assert found.magnitude is not None
    assert (found.magnitude.differing, found.magnitude.max_abs) == (1, 1.0)


def test_how_it_is_stored_means_nothing(differ: Differ) -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Creation Time", "now")
    a, b = saved(RAMP, compress_level=0), saved(RAMP, pnginfo=about, dpi=(72, 72))
    found = differ("a.png", a, b)
    assert found.relation == "within"
    assert found.notes == ("what the file says of itself differs: Creation Time, dpi",)
    found = differ("a.png", a, saved(RAMP, "TIFF"))
    assert found.relation == "within"
    assert "the format differs: PNG became TIFF" in found.notes
    few = Image.fromarray(RAMP // 100 * 100)
    found = differ("a.png", saved(few), saved(few.quantize(64, dither=Image.Dither.NONE)))
    assert "colours are stored by their number on one side only" in found.notes


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        (RAMP, RAMP[:-1], "size: 30 by 20 → 30 by 19"),
        (RAMP, RAMP[..., 0].copy(), "mode: RGB → L"),
        (RAMP[..., 0].astype("u2"), RAMP[..., 0].copy(), "mode: I;16 → L"),
    ],
)
def test_other_sizes_and_modes(differ: Differ, a: Any, b: Any, line: str) -> None:
    found = differ("a.png", saved(a), saved(b))
    assert found.relation == "different"
    assert found.evidence[0] == line
    assert found.pictures[0].original != ""
    if "size" in line:
        assert found.pictures[0].difference == ""


def test_deep_and_bilevel_pictures(differ: Differ) -> None:
    deep = np.full((4, 4), 40_000, "u2")
    other = deep.copy()
    other[1, 2] += 300
    found = differ("a.png", saved(deep), saved(other))
    assert "by up to 300 levels at (2, 1)" in found.evidence[0]
    assert found.pictures
    bits = np.zeros((4, 4), bool)
    assert differ("a.png", saved(bits), saved(~bits)).relation == "different"
    real = np.array([[0.5, np.nan], [np.inf, 1.0]], "f4")
    other = real.copy()
    other[0, 0] += 1e-7
    assert differ("a.tiff", saved(real, "TIFF"), saved(other, "TIFF")).relation == "within"
    other[0, 1] = 0.0
    assert differ("a.tiff", saved(real, "TIFF"), saved(other, "TIFF")).relation == "different"


def test_frames(differ: Differ) -> None:
    frames = [Image.fromarray(np.full((5, 5), level, "u1")) for level in (0, 100, 200)]

    def film(kept: list[Image.Image], **options: Any) -> bytes:
        return saved(kept[0], "GIF", save_all=True, append_images=kept[1:], **options)

    a = film(frames, duration=50)
    assert differ("a.gif", a, film(frames, duration=50)).relation == "within"
    assert "frame 1 duration: 50 → 90" in differ("a.gif", a, film(frames, duration=90)).evidence
    assert differ("a.gif", a, film(frames[:2], duration=50)).evidence[0] == "frames: 3 → 2"
    found = differ("a.gif", a, film([*frames[:2], frames[0]], duration=50))
    assert found.evidence[0].startswith("frame 3: 25 of 25 pixels differ")


def test_a_policy_allows_levels(differ: Differ) -> None:
    a, b = saved(RAMP, "JPEG", quality=95), saved(RAMP, "JPEG", quality=96)
    assert differ("a.jpg", a, b).relation == "different"
    policy = Policy(tolerances=(Rule(match="*.jpg", absolute=60.0),))
    found = differ("a.jpg", a, b, policy)
    assert found.relation == "within"
    assert found.magnitude is not None
    assert 0 < found.magnitude.max_abs <= 60
    smooth = np.full((16, 16, 3), 100, "u1")
    found = differ("a.jpg", saved(smooth, "JPEG"), saved(smooth + 2, "JPEG"))
    assert found.relation == "different"
    assert "another version of a codec" in found.notes[-1]


def test_pictures_are_small_and_the_same_each_time(differ: Differ) -> None:
    large = np.zeros((700, 1000, 3), "u1")
    other = large.copy()
    other[650, 7, 1] = 3
    found = [differ("big.png", saved(large), saved(other)) for _ in range(2)]
    assert found[0].pictures == found[1].pictures
    (picture,) = found[0].pictures
    for one in (picture.original, picture.replay, picture.difference):
        shown = Image.open(io.BytesIO(base64.b64decode(one)))
        assert shown.format == "PNG"
        assert shown.width <= 480
    reds = np.asarray(shown).astype(int)
    assert ((reds[..., 0] - reds[..., 1]) > 20).sum() == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_what_is_said_of_pixels_is_so(differ: Differ, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)))
    a, b = (data.draw(arrays.arrays("u1", shape)) for _ in range(2))
    found = differ("a.png", saved(a), saved(b))
    gaps = np.abs(a.astype(int) - b.astype(int))
    assert (found.relation == "within") == (not gaps.any())
    assert found.magnitude is not None
    assert found.magnitude.max_abs == gaps.max()
    assert found.magnitude.differing == gaps.any(axis=2).sum()
    assert found.magnitude.total == shape[0] * shape[1]


def test_no_other_format_is_read(differ: Differ) -> None:
    for kind in ("PPM", "EPS", "ICO"):
        with pytest.raises(Unreadable):
            differ("a.png", saved(RAMP, kind), saved(RAMP))


def test_truncated_pictures_are_unreadable(differ: Differ) -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = saved(Image.fromarray(RAMP).convert("L" if kind == "GIF" else "RGB"), kind)
        with pytest.raises(Unreadable):
            differ("a.png", whole, whole[: len(whole) // 2])


def test_limits(differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    for where, name in ((pictures, "MAX_PIXELS"), (pictures, "MAX_FRAMES"), (module, "MAX_LEVELS")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, 0)
            with pytest.raises(Undecided, match="more than"):
                differ("a.png", saved(RAMP), saved(RAMP))


def test_a_bomb_is_undecided(differ: Differ) -> None:
    bomb = bytearray(saved(np.zeros((1, 1), "u1")))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib  # noqa: PLC0415 - for this header alone

    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    with pytest.raises(Undecided, match="pixels"):
        differ("a.png", bytes(bomb), saved(RAMP))
