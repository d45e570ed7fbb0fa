"""Raster pictures: size, mode, frames and levels; compression and what is said of them aside."""

from __future__ import annotations

from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope, Undecided
from auditor.compare.readers.pictures import PictureFile
from auditor.compare.values.difference import Found
from auditor.compare.values.pixels import compare_pixels, picture_of

__all__ = ["Raster"]

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp")
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
MAX_LEVELS = 1024**3
_LOSSY = {"JPEG", "WEBP"}
# What another version of a codec makes of the same picture stays below.
_CODEC = 8.0
_SHOWN = 6


class Raster:
    """Compares pictures pixel by pixel, and shows where they differ."""

    name = "pixels"

    def knows(self, path: str, head: bytes) -> bool:
        """Know PNG, JPEG, TIFF, GIF, BMP and WebP."""
        return path.lower().endswith(_SUFFIXES) or head.startswith(_MAGIC)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two pictures. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        with PictureFile(a) as left, PictureFile(b) as right:
            _whole(left, right, found)
            levels = 0
            for number in range(min(left.frames, right.frames)):
                levels += _frame(number, left, right, scope, found)
                if levels > MAX_LEVELS:
                    raise Undecided(f"more than the {MAX_LEVELS} levels that are read")
            _aside(left, right, found)
            gap = found.tally.magnitude()
            if found.different and gap and gap.max_abs <= _CODEC and _LOSSY & {left.format}:
                note = "another version of a codec differs by a few levels: a tolerance allows it"
                found.note(note)
        return found.result()


def _whole(left: PictureFile, right: PictureFile, found: Found) -> None:
    if left.format != right.format:
        found.note(f"the format differs: {left.format} became {right.format}")
    if left.palette != right.palette:
        found.note("colours are stored by their number on one side only")
    if left.frames != right.frames:
        found.differ("frames", left.frames, right.frames)


def _frame(number: int, left: PictureFile, right: PictureFile, scope: Scope, found: Found) -> int:
    """Compare one frame; return how many levels were read."""
    name = f"frame {number + 1}" if max(left.frames, right.frames) > 1 else ""
    (mode, a), (other, b) = left.frame(number), right.frame(number)
    for key, value in left.shown().items():
        if value != right.shown()[key]:
            found.differ(f"{name} {key}".lstrip(), value, right.shown()[key])
    if mode != other:
        found.differ(f"{name} mode".lstrip(), mode, other)
    if a.shape[:2] != b.shape[:2]:
        sizes = [f"{one.shape[1]} by {one.shape[0]}" for one in (a, b)]
        found.differ(f"{name} size".lstrip(), *sizes)
    if mode == other and a.shape == b.shape:
        differs = compare_pixels(name, a, b, scope, found)
    else:
        differs = True
    if differs:
        found.picture(picture_of(f"{scope.path} {name}".rstrip(), a, b))
    return int(a.size + b.size)


def _aside(left: PictureFile, right: PictureFile, found: Found) -> None:
    one, other = left.about(), right.about()
    keys = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
    if keys:
        more = " and others" if len(keys) > _SHOWN else ""
        found.note(f"what the file says of itself differs: {', '.join(keys[:_SHOWN])}{more}")
