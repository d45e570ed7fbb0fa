"""PDF: pages as they are read and seen: size, text, and rendered pixels.

Rendered by pdfium without its JavaScript; forms are not run. Dates, ids and the producer mean
nothing, nor does how objects are laid out and compressed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.readers.optional import library
from auditor.compare.values.difference import Found
from auditor.compare.values.pixels import Levels, compare_pixels, picture_of
from auditor.compare.values.text.lines import compare_lines
from auditor.compare.values.text.masks import Masks

__all__ = ["Pdf"]

MAX_PAGES = 500
MAX_BYTES = 256 * 1024 * 1024
MAX_TEXT = 4 * 1024 * 1024
# 96 dots per inch; a page is 72 points per inch.
_SCALE = 96 / 72
_MOST_SIDE = 2000
# Curves that differ in the last digit are drawn with edges that differ as little.
_FAINT = 2.0
_PASSWORD = "password"  # noqa: S105 - a word in a message


class Pdf:
    """Compares documents page by page."""

    name = "PDF pages"

    def knows(self, path: str, head: bytes) -> bool:
        """Know ``.pdf``, and what starts as PDF does."""
        return path.lower().endswith(".pdf") or head.startswith(b"%PDF-")

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two documents. Raises ``Unreadable``, ``Undecided``."""
        found = Found()
        with _opened(a) as left, _opened(b) as right:
            _metadata(left, right, found)
            if len(left) != len(right):
                found.differ("pages", len(left), len(right))
            for number in range(min(len(left), len(right))):
                _Pages(number, scope, found).compare(left, right)
        return found.result()


class _Pages:
    """Two pages of one number."""

    def __init__(self, number: int, scope: Scope, found: Found) -> None:
        self.name = f"page {number + 1}"
        self.number = number
        self.scope = scope
        self.found = found

    def compare(self, left: Any, right: Any) -> None:  # noqa: ANN401 - documents
        with _guarded():
            a, b = _Page(left, self.number), _Page(right, self.number)
        if a.size != b.size:
            sizes = ["{:g} by {:g} points".format(*one.size) for one in (a, b)]
            self.found.differ(f"{self.name} size", *sizes)
        text = Found()
        masks = Masks(self.scope.policy.masks, self.scope.hosts)
        compare_lines(a.lines, b.lines, self.scope, text, masks=masks)
        same = text.result()
        self.found.add(self.name, same)
        with _guarded():
            one, other = a.pixels(), b.pixels()
        if same.relation == "within":
            _blank(a, b, one, other)
        if one.shape != other.shape or self._differ(one, other):
            self.found.picture(picture_of(self.name, one, other))

    def _differ(self, one: Levels, other: Levels) -> bool:
        return compare_pixels(self.name, one, other, self.scope, self.found, least=_FAINT)


class _Page:
    """One page: its size in points, and its text in lines."""

    def __init__(self, document: Any, number: int) -> None:  # noqa: ANN401 - a document
        self.page = document[number]
        width, height = self.page.get_size()
        self.size = (round(width, 2), round(height, 2))
        self._text = self.page.get_textpage()
        if self._text.count_chars() > MAX_TEXT:
            raise Undecided(f"a page has more than {MAX_TEXT} characters")
        self.lines = self._text.get_text_range().replace("\r\n", "\n").split("\n")
        self.scale = min(_SCALE, _MOST_SIDE / max(1.0, width, height))

    def pixels(self) -> Any:  # noqa: ANN401 - an array
        bitmap = self.page.render(scale=self.scale, may_draw_forms=False, rev_byteorder=True)
        levels = bitmap.to_numpy().copy()
        bitmap.close()
        return levels if levels.ndim == 3 else levels[..., None]  # noqa: PLR2004

    def box(self, number: int) -> tuple[int, int, int, int] | None:
        """Return where a line stands: left, top, right and bottom in pixels."""
        start = sum(len(line) + 2 for line in self.lines[:number])
        boxes = [
            self._text.get_charbox(index, loose=True)
            for index in range(
                start, min(start + len(self.lines[number]), self._text.count_chars())
            )
        ]
        if not boxes:
            return None
        left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
        x0, _, _, y1 = self.page.get_mediabox()
        edges = (left - x0 - 1, y1 - top - 1, right - x0 + 2, y1 - bottom + 2)
        return tuple(max(0, int(edge * self.scale)) for edge in edges)  # type: ignore[return-value]


def _blank(a: _Page, b: _Page, one: Any, other: Any) -> None:  # noqa: ANN401 - arrays
    """Paint over, in both, the lines of text that differ only as a mask or tolerance allows."""
    pairs = enumerate(zip(a.lines, b.lines, strict=False))
    with _guarded():
        for number in [number for number, (x, y) in pairs if x != y]:
            for box in (a.box(number), b.box(number)):
                if box is not None:
                    left, top, right, bottom = box
                    for levels in (one, other):
                        levels[top:bottom, left:right] = 255


def _metadata(left: Any, right: Any, found: Found) -> None:  # noqa: ANN401 - documents
    with _guarded():
        one, other = left.get_metadata_dict(), right.get_metadata_dict()
        outlines = [
            [(entry.level, entry.get_title()) for entry in document.get_toc()]
            for document in (left, right)
        ]
    keys = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
    if keys:
        found.note(f"what the file says of itself differs: {', '.join(keys)}")
    if outlines[0] != outlines[1]:
        found.differ("outline", outlines[0], outlines[1])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    pdfium = library("pypdfium2", "pdf", "PDF files")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of PDF are more than the {MAX_BYTES} that are read")
    with _guarded():
        document = pdfium.PdfDocument(path)
    try:
        if len(document) > MAX_PAGES:
            raise Undecided(f"{len(document)} pages are more than the {MAX_PAGES} that are read")
        yield document
    finally:
        document.close()


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except (Undecided, Unreadable):
        raise
    except Exception as error:  # noqa: BLE001 - the binding raises anything on what is broken
        if _PASSWORD in str(error).lower():
            raise Undecided("it is encrypted, and needs a password") from None
        raise Unreadable(f"not a readable PDF: {str(error)[:200]}") from None
