"""Text, the command's streams, and source: numbers as numbers, all else exact.

Text that a run writes for people is masked; what a program reads again is not.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from auditor.compare.artifacts.interface import Difference, Scope
from auditor.compare.readers.plain import PlainText, looks_plain
from auditor.compare.values.difference import Found
from auditor.compare.values.text.lines import compare_lines
from auditor.compare.values.text.masks import Masks

__all__ = ["Nameless", "Source", "Text"]

_TEXT = (".txt", ".log", ".md", ".rst", ".out", ".err", ".stdout", ".stderr")
_SOURCE = (".py", ".sh", ".r", ".cfg", ".ini", ".tex", ".bib", ".dot")
_STREAMS = {"stdout", "stderr"}
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a mark", "utf-16": "UTF-16"}
_LATIN = "latin-1"


class Text:
    """Compares text for people line by line, in bounded memory."""

    name = "text"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.txt``, ``.log``, ``.md`` and the like, and the streams."""
        return path.lower().endswith(_TEXT) or path in _STREAMS

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two texts. Raises ``Unreadable``, ``Undecided``."""
        return _compare(a, b, scope, Masks(scope.policy.masks, scope.hosts))


class Source:
    """Compares text that programs read: nothing in it is masked."""

    name = "source text"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.py``, ``.sh``, ``.ini``, ``.tex`` and the like."""
        return path.lower().endswith(_SOURCE)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two texts. Raises ``Unreadable``, ``Undecided``."""
        return _compare(a, b, scope, Masks(()))


class Nameless:
    """Compares files whose name says nothing that is known, and whose start is text.

    What has a suffix is likely to be read by a program: nothing in it is masked.
    """

    name = "text"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content says enough
        """Know what starts as UTF-8 text does."""
        return looks_plain(head)

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two texts. Raises ``Unreadable``, ``Undecided``."""
        rules = () if PurePosixPath(scope.path).suffix else scope.policy.masks
        return _compare(a, b, scope, Masks(rules, scope.hosts))


def _compare(a: Path, b: Path, scope: Scope, masks: Masks) -> Difference:
    found = Found()
    one, other = PlainText(a), PlainText(b)
    bars = "progress-bar" in masks.rules
    compare_lines(one.lines(bars=bars), other.lines(bars=bars), scope, found, masks=masks)
    if one.overwritten != other.overwritten:
        example = f"{one.overwritten.shown()} → {other.overwritten.shown()}"
        found.mask("progress-bar", example, count=one.overwritten.count)
    _note(one, other, found)
    return found.result()


def _note(a: PlainText, b: PlainText, found: Found) -> None:
    if a.encoding != b.encoding:
        names = [_NAMES.get(one.encoding, "Latin-1") for one in (a, b)]
        found.note(f"the encoding differs: {names[0]} became {names[1]}")
    elif a.encoding == _LATIN:
        found.note("not UTF-8: read as Latin-1")
    if a.ends and b.ends and a.ends != b.ends:
        found.note("line ends differ: CRLF on one side, LF on the other")
    if a.ended != b.ended:
        found.note("the last line has a line end on one side only")
