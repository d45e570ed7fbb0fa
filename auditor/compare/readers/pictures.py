"""Raster pictures, frame by frame, by Pillow and only in the formats that are named."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from auditor.compare.values.difference import Undecided, Unreadable

__all__ = ["FORMATS", "PictureFile"]

FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")
MAX_PIXELS = 64 * 1024 * 1024
MAX_FRAMES = 1000
_ORIENTATION = 0x0112
# They say how long a frame is shown and how often: part of what is seen.
_SEEN = ("duration", "loop")
# What became of them is seen in the pixels.
_IN_PIXELS = ("transparency", "background")


class PictureFile:
    """A picture, open while it is a context. Raises ``Unreadable``, ``Undecided``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._image: Any = None

    def __enter__(self) -> Self:
        """Open the file; nothing is decoded yet."""
        from PIL import Image  # noqa: PLC0415 - late: only pictures need it

        with _guarded():
            self._image = Image.open(self.path, formats=FORMATS)
        try:
            self._check()
        except BaseException:
            self._image.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        self._image.close()

    def _check(self) -> None:
        width, height = self._image.size
        if width * height > MAX_PIXELS:
            raise Undecided(f"{width} by {height} pixels are more than the {MAX_PIXELS} read")
        with _guarded():
            self.frames = int(getattr(self._image, "n_frames", 1))
        if self.frames > MAX_FRAMES:
            raise Undecided(f"{self.frames} frames are more than the {MAX_FRAMES} that are read")

    @property
    def format(self) -> str:
        """The name of the format."""
        return str(self._image.format)

    @property
    def palette(self) -> bool:
        """Whether colours are stored by their number."""
        return bool(self._image.mode == "P")

    def frame(self, number: int) -> tuple[str, Any]:
        """Return the mode of a frame and its levels, ``(height, width, channels)``."""
        import numpy as np  # noqa: PLC0415 - late: it costs 100 ms

        with _guarded():
            self._image.seek(number)
            width, height = self._image.size
            if width * height > MAX_PIXELS:
                raise Undecided(f"{width} by {height} pixels are more than the {MAX_PIXELS} read")
            self._image.load()
            image = _expanded(self._image)
            levels = np.asarray(image)
        if levels.dtype == bool:
            levels = levels.astype(np.uint8) * np.uint8(255)
        return image.mode, levels[..., None] if levels.ndim == 2 else levels  # noqa: PLR2004

    def shown(self) -> dict[str, str]:
        """Return what of the frame that was read last is seen and is no level."""
        with _guarded():
            seen = {key: str(self._image.info.get(key, "")) for key in _SEEN}
            seen["orientation"] = str(self._image.getexif().get(_ORIENTATION, 1))
        return seen

    def about(self) -> dict[str, str]:
        """Return what else the file says of itself: texts, dates, programs."""
        with _guarded():
            aside = {*_SEEN, *_IN_PIXELS}
            info = {str(k): repr(v) for k, v in self._image.info.items() if k not in aside}
            tags = getattr(self._image, "tag_v2", None)
            if tags is not None:
                info |= {f"TIFF tag {key}": repr(tags[key]) for key in _TEXT_TAGS if key in tags}
        return info


# Description, program, date, artist, host (TIFF 6.0, section 8).
_TEXT_TAGS = (270, 305, 306, 315, 316)


def _expanded(image: Any) -> Any:  # noqa: ANN401 - a picture
    """Return the colours that a palette stands for, and an opacity that a colour stands for."""
    if "transparency" in image.info and image.mode in {"P", "L", "RGB", "1"}:
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGBA" if image.palette.mode == "RGBA" else "RGB")
    return image


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn whatever a decoder raises into ``Unreadable``, and a bomb into ``Undecided``."""
    from PIL import Image  # noqa: PLC0415 - late: only pictures need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Undecided, Unreadable):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
            raise Undecided(f"more than the {MAX_PIXELS} pixels that are read") from None
        except Exception as error:  # noqa: BLE001 - decoders raise anything on what is broken
            reason = str(error).replace("\n", " ")[:200] or type(error).__name__
            raise Unreadable(f"not a readable picture: {reason}") from None
