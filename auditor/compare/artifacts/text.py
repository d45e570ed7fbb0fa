"""Text and the command's streams: masked, numbers as numbers, all else exact."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from auditor.compare.artifacts.interface import Difference, Scope, Undecided, Unreadable
from auditor.compare.values.evidence import Lines
from auditor.compare.values.masks import masked
from auditor.compare.values.numbers import Tally
from auditor.compare.values.tolerance import Tolerances
from auditor.model.evidence import Mask

__all__ = ["Text"]

MAX_BYTES = 256 * 1024 * 1024
MAX_LINE = 1024 * 1024
_HUNK_BYTES = 64 * 1024
# A number stands alone: not part of a word, a version or a path.
_NUMBER = re.compile(
    r"(?<![\w.])([-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?)(?![\w]|\.\d)", re.ASCII
)


class Text:
    """Compares line by line, in bounded memory."""

    name = "text"

    def knows(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the suffix says enough
        """Know ``.txt``, ``.log`` and ``.md``, and the streams ``stdout`` and ``stderr``."""
        return path.lower().endswith((".txt", ".log", ".md")) or path in {"stdout", "stderr"}

    def compare(self, a: Path, b: Path, scope: Scope) -> Difference:
        """Compare two texts. Raises ``Unreadable``, ``Undecided``."""
        tolerances = scope.tolerances
        pages = _Pages(tolerances)
        for number, (left, right) in enumerate(zip_longest(_lines(a), _lines(b)), start=1):
            pages.line(number, left, right)
        return Difference(
            relation="different" if pages.different else "within",
            magnitude=pages.tally.magnitude(),
            tolerance=pages.tally.tolerance(),
            masks=tuple(Mask(rule=rule, count=n) for rule, n in sorted(pages.hidden())),
            evidence=_hunks(a, b, tolerances) or pages.evidence.result(),
            notes=pages.notes(),
        )


class _Pages:
    def __init__(self, tolerances: Tolerances) -> None:
        self.tolerances = tolerances
        self.tally = Tally()
        self.evidence = Lines()
        self.different = False
        self._counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._lines: Counter[int] = Counter()

    def line(self, number: int, a: str | None, b: str | None) -> None:
        rules = self.tolerances.policy.masks
        left = None if a is None else masked(a, rules, self._counts[0])
        right = None if b is None else masked(b, rules, self._counts[1])
        # The same lines in another order have the same hashes, as often.
        self._lines[hash(left)] += 1
        self._lines[hash(right)] -= 1
        if left is None or right is None or not self._same(number, left, right):
            self._differ(number, left, right)

    def hidden(self) -> Iterator[tuple[str, int]]:
        """Yield every rule that hid something on either side, and how often in the first."""
        first, second = self._counts
        return ((rule, first[rule]) for rule in first | second if first[rule] or second[rule])

    def notes(self) -> tuple[str, ...]:
        reordered = self.different and not any(self._lines.values())
        return ("the same lines in another order",) if reordered else ()

    def _same(self, number: int, a: str, b: str) -> bool:
        one, other = _NUMBER.split(a), _NUMBER.split(b)
        if one[::2] != other[::2]:
            return False
        same = True
        for x, y in zip(one[1::2], other[1::2], strict=True):
            # Every number is tallied, also those after the first that differs.
            same &= self.tally.written(x, y, f"line {number}", self.tolerances.of())
        return same

    def _differ(self, number: int, a: str | None, b: str | None) -> None:
        self.different = True
        self.evidence.pair(f"line {number}", _brief(a), _brief(b))


def _brief(line: str | None) -> str:
    return "(absent)" if line is None else line


def _lines(path: Path) -> Iterator[str]:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Undecided(f"{size} bytes of text are more than the {MAX_BYTES} that are read")
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise Unreadable(f"a line of text is longer than {MAX_LINE} bytes")
            yield _decoded(line)


def _decoded(line: bytes) -> str:
    if b"\0" in line:
        raise Unreadable("not text: it holds zero bytes")
    try:
        return line.decode("utf-8").rstrip("\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: {error.reason}") from None


def _hunks(a: Path, b: Path, tolerances: Tolerances) -> tuple[str, ...]:
    """Return a unified diff of what is left after masking; none where the texts are large."""
    if max(a.stat().st_size, b.stat().st_size) > _HUNK_BYTES:
        return ()
    ignored: Counter[str] = Counter()
    one, other = (
        [masked(line, tolerances.policy.masks, ignored) for line in _lines(path)] for path in (a, b)
    )
    evidence = Lines()
    for line in list(difflib.unified_diff(one, other, lineterm="", n=1))[2:]:
        evidence.add(line)
    return evidence.result()
