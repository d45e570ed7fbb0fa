"""PNG, JPEG, TIFF and SVG."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
from content import CLASSES, history
from pair import Pair, harmless, planted
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

__all__ = ["chart", "curves", "drawn", "pairs", "photo"]


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _png_harmless()
    yield from _png_planted()
    yield from _charts()
    yield from _jpeg()
    yield from _tiff()
    yield from _svg()


def photo() -> Image.Image:
    """Return a smooth picture, 96 x 64, RGB."""
    y, x = np.mgrid[0:64, 0:96]
    channels = [120 + 90 * np.sin(x / 15), 110 + 80 * np.cos(y / 11), 60 + (x + y) % 120]
    image = Image.fromarray(np.stack(channels, 2).astype("uint8"))
    ImageDraw.Draw(image).ellipse((30, 15, 65, 50), fill=(220, 60, 40))
    return image


def chart(scores: tuple[float, ...] = (0.91, 0.88, 0.97), title: str = "Precision") -> Figure:
    """Return a bar chart with one bar a class."""
    figure, axes = plt.subplots(figsize=(2.6, 1.9), dpi=70)
    axes.bar(CLASSES, scores)
    axes.set_ylim(0, 1)
    axes.set_title(title)
    return figure


def curves(epochs: int = 12, color: str = "C0", *, both: bool = True) -> Figure:
    """Return the loss over epochs, on training and on validation data."""
    figure, axes = plt.subplots(figsize=(2.6, 1.9), dpi=70)
    table = history()[:epochs]
    axes.plot(table.epoch, table.loss, color=color, label="loss")
    if both:
        axes.plot(table.epoch, table.val_loss, color="C1", label="validation")
    axes.set_xlim(0, 13)
    return figure


def drawn(figure: Figure, form: str, **options: object) -> bytes:
    """Return what ``savefig`` writes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, **options)
    plt.close(figure)
    return buffer.getvalue()


def _saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _noted(**texts: str) -> PngInfo:
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    return info


def _timed(png: bytes, month: int) -> bytes:
    """Return the picture with a tIME chunk before its data."""
    data = struct.pack(">HBBBBB", 2026, month, 2, 9, 14, 7)
    chunk = (
        struct.pack(">I", len(data))
        + b"tIME"
        + data
        + struct.pack(">I", zlib.crc32(b"tIME" + data))
    )
    at = png.index(b"IDAT") - 4
    return png[:at] + chunk + png[at:]


def _png_harmless() -> Iterator[Pair]:
    image = photo()
    plain = _saved(image)
    yield harmless(
        "png-compression",
        "sample.png",
        plain,
        _saved(image, compress_level=1),
        "The same pixels, compressed less.",
    )
    yield harmless(
        "png-software",
        "sample.png",
        _saved(image, pnginfo=_noted(Software="Matplotlib version3.10.0, https://matplotlib.org/")),
        _saved(image, pnginfo=_noted(Software="Matplotlib version3.11.2, https://matplotlib.org/")),
        "The same pixels, written by another version of the program.",
    )
    yield harmless(
        "png-time",
        "sample.png",
        _timed(plain, 3),
        _timed(plain, 5),
        "The picture says when it was changed.",
    )


def _png_planted() -> Iterator[Pair]:
    plain = _saved(photo())

    def change(name: str, why: str, image: Image.Image) -> Pair:
        return planted(name, "sample.png", plain, _saved(image), why)

    painted = photo()
    ImageDraw.Draw(painted).rectangle((70, 40, 79, 49), fill=(0, 0, 0))
    yield change("png-block", "A block of ten by ten pixels is painted over.", painted)
    yield change(
        "png-mirrored",
        "The picture is mirrored.",
        photo().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    )
    yield change("png-size", "The picture is smaller.", photo().resize((80, 53)))
    mask = Image.fromarray((np.arange(1536).reshape(32, 48) // 512).astype("uint8"))
    other = mask.copy()
    other.putpixel((20, 5), 2)
    yield planted(
        "png-mask",
        "segmentation.png",
        _saved(mask),
        _saved(other),
        "One pixel of a mask is of another class; nobody would see it.",
    )


def _charts() -> Iterator[Pair]:
    yield harmless(
        "png-chart-date",
        "precision.png",
        drawn(chart(), "png", metadata={"Creation Time": "2026-03-02T09:22:41"}),
        drawn(chart(), "png", metadata={"Creation Time": "2026-05-19T21:48:07"}),
        "The chart says when it was drawn.",
    )
    yield planted(
        "png-chart-bar",
        "precision.png",
        drawn(chart(), "png"),
        drawn(chart((0.91, 0.80, 0.97)), "png"),
        "One bar is lower.",
    )
    yield planted(
        "png-chart-epoch-missing",
        "loss.png",
        drawn(curves(), "png"),
        drawn(curves(11), "png"),
        "The curve ends one epoch earlier.",
    )


def _jpeg() -> Iterator[Pair]:
    image = photo()
    plain = _saved(image, "JPEG", quality=88)
    painted = photo()
    ImageDraw.Draw(painted).rectangle((70, 40, 79, 49), fill=(0, 0, 0))
    exif = Image.Exif()
    exif[306] = "2026:05:19 21:48:07"
    yield harmless(
        "jpeg-progressive",
        "sample.jpg",
        plain,
        _saved(image, "JPEG", quality=88, progressive=True),
        "The same coefficients in another order.",
    )
    yield harmless(
        "jpeg-date",
        "sample.jpg",
        plain,
        _saved(image, "JPEG", quality=88, exif=exif),
        "The same picture with a date.",
    )
    yield planted(
        "jpeg-block",
        "sample.jpg",
        plain,
        _saved(painted, "JPEG", quality=88),
        "A block of ten by ten pixels is painted over.",
    )
    yield planted(
        "jpeg-brighter",
        "sample.jpeg",
        plain,
        _saved(image.point(lambda value: min(255, int(value * 1.2))), "JPEG", quality=88),
        "The picture is a fifth brighter.",
    )


def _tiff() -> Iterator[Pair]:
    heat = Image.fromarray(np.hypot(*np.mgrid[0:40, 0:40]).astype("float32"))
    other = heat.copy()
    other.putpixel((7, 30), heat.getpixel((7, 30)) + 0.5)
    yield harmless(
        "tiff-compressed",
        "heat.tiff",
        _saved(heat, "TIFF"),
        _saved(heat, "TIFF", compression="tiff_lzw"),
        "The same pixels, compressed.",
    )
    yield planted(
        "tiff-pixel",
        "heat.tiff",
        _saved(heat, "TIFF"),
        _saved(other, "TIFF"),
        "One pixel of a heat map is another.",
    )


def _svg_of(figure: Figure, date: str = "2026-03-02T09:22:41", salt: str | None = "a") -> bytes:
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        return drawn(figure, "svg", metadata={"Date": date})


def _svg() -> Iterator[Pair]:
    plain = _svg_of(chart())
    spaced = re.sub(rb"\n\s*", b"\n", plain)
    assert spaced != plain
    yield harmless(
        "svg-ids",
        "precision.svg",
        _svg_of(chart(), salt=None),
        _svg_of(chart(), salt=None),
        "The ids are random.",
    )
    yield harmless(
        "svg-date",
        "precision.svg",
        plain,
        _svg_of(chart(), "2026-05-19T21:48:07"),
        "The chart says when it was drawn.",
    )
    yield harmless(
        "svg-indentation", "precision.svg", plain, spaced, "The elements are not indented."
    )

    def change(name: str, why: str, file: str, a: Figure, b: Figure) -> Pair:
        return planted(name, file, _svg_of(a), _svg_of(b), why)

    yield change(
        "svg-bar", "One bar is lower.", "precision.svg", chart(), chart((0.91, 0.80, 0.97))
    )
    yield change(
        "svg-title", "The title is another.", "precision.svg", chart(), chart(title="Recall")
    )
    yield change(
        "svg-color", "A line has another colour.", "loss.svg", curves(), curves(color="C3")
    )
    yield change(
        "svg-curve-missing", "A curve is missing.", "loss.svg", curves(), curves(both=False)
    )
