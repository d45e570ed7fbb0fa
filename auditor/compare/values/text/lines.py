"""Pairs of texts, line by line: masked, numbers as numbers, all else exact.

Texts of which every line is the same as the line at its place are the same. From the first line
that is not, lines are aligned, so that one that was inserted does not make all later ones differ:
windows of a few hundred lines are matched, by all but their floats, with ``difflib``.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from functools import partial
from itertools import zip_longest

from auditor.compare.values.difference import Found
from auditor.compare.values.scope import Scope
from auditor.compare.values.text.masks import Hidden, Masks
from auditor.compare.values.tolerance import close
from auditor.model.policy import Tolerance

__all__ = ["compare_lines"]

_WINDOW = 200
# Matching a window costs up to 0.1 s where lines repeat; after these, lines pair by place.
_MOST_WINDOWS = 100
_MOST_REMEMBERED = 1_000_000
_WIDTH = 150
_LONG = 4000
_BEFORE = 40
# A number stands alone: not part of a word, a version or a path.
_NUMBER = re.compile(
    r"(?<![\w.])([-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?)(?![\w]|\.\d)", re.ASCII
)
_INTEGER = re.compile(r"[-+]?\d+", re.ASCII)
_CODES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()].|[=>78])|[\b\a]")
_EMPTY = Masks(())


def compare_lines(
    a: Iterable[str],
    b: Iterable[str],
    scope: Scope,
    found: Found,
    *,
    masks: Masks = _EMPTY,
    place: str | Callable[[int], str] = "line",
) -> None:
    """Compare two texts, given as lines without their ends, into ``found``.

    ``place`` is what a line is called, or says where one stands by its number, which starts at 1:
    in the first text, or in the second where it is only there. Codes that steer a terminal mean
    nothing.
    """
    where = place if callable(place) else partial(_numbered, place)
    _Texts(a, b, _Judge(scope, found, masks), where).run()


def _numbered(place: str, number: int) -> str:
    return f"{place} {number}"


class _Line:
    """A line that differs, read: ``parts`` are the text between ``numbers``."""

    __slots__ = ("codes", "hidden", "numbers", "parts", "text")

    def __init__(self, raw: str, masks: Masks) -> None:
        self.codes: list[str] = []
        if "\x1b" in raw or "\b" in raw or "\a" in raw:
            self.codes = _CODES.findall(raw)
            raw = _CODES.sub("", raw)
        self.text, self.hidden = masks.hide(raw)
        split = _NUMBER.split(self.text)
        self.parts = split[::2]
        self.numbers = split[1::2]

    def key(self) -> str:
        """Return what must be equal for two lines to be one: all but the digits of floats."""
        numbers = (n if _INTEGER.fullmatch(n) else "\0" for n in self.numbers)
        pairs = zip_longest(self.parts, numbers, fillvalue="")
        return "".join(piece for pair in pairs for piece in pair)


class _Judge:
    """Says whether two lines are the same, and adds up what was found."""

    def __init__(self, scope: Scope, found: Found, masks: Masks) -> None:
        self.found = found
        self.masks = masks
        self.tolerance = scope.tolerances.of()
        self._last = -1
        self._moved: Counter[int] = Counter()

    def read(self, raw: str) -> _Line:
        return _Line(raw, self.masks)

    def alike(self, a: _Line, b: _Line) -> bool:
        """Say whether two lines are within tolerance, without adding anything."""
        if a.parts != b.parts:
            return False
        pairs = zip(a.numbers, b.numbers, strict=True)
        return all(x == y or _within(x, y, self.tolerance) for x, y in pairs)

    def plainly(self, a: str, b: str, where: str) -> bool:
        """Add two lines that are the same without any mask, if they are."""
        if "\x1b" in a or "\x1b" in b:
            return False
        one, other = _NUMBER.split(a), _NUMBER.split(b)
        if one[::2] != other[::2]:
            return False
        pairs = list(zip(one[1::2], other[1::2], strict=True))
        if not all(x == y or _within(x, y, self.tolerance) for x, y in pairs):
            return False
        return self._numbers(pairs, where)

    def pair(self, a: _Line, b: _Line, number: int, where: str) -> None:
        """Add two lines that stand for each other."""
        same = a.parts == b.parts
        if not same or not self._numbers(zip(a.numbers, b.numbers, strict=True), where):
            self.differ(a, b, number, where)
            return
        if a.codes != b.codes:
            self.found.note("codes that steer a terminal differ")
        self._count(a.hidden, b.hidden)

    def _numbers(self, pairs: Iterable[tuple[str, str]], where: str) -> bool:
        same, tally = True, self.found.tally
        for x, y in pairs:
            if x == y:
                tally.total += 1
            else:
                # Every number is tallied, also those after the first that differs.
                same &= tally.written(x, y, where, self.tolerance)
        return same

    def differ(self, a: _Line | None, b: _Line | None, number: int, where: str) -> None:
        """Add lines that are not the same, or one that only one side has."""
        self.found.different = True
        self._count(a.hidden if a else [], b.hidden if b else [])
        if len(self._moved) < _MOST_REMEMBERED:
            for line, step in ((a, 1), (b, -1)):
                if line is not None:
                    self._moved[hash(line.text)] += step
        if number not in {self._last, self._last + 1}:
            self.found.evidence.add(f"@@ {where} @@")
        self._last = number
        left, right = _excerpts(a.text if a else None, b.text if b else None)
        if left is not None:
            self.found.evidence.add(f"-{left}")
        if right is not None:
            self.found.evidence.add(f"+{right}")

    def _count(self, a: Hidden, b: Hidden) -> None:
        if [rule for rule, _ in a] == [rule for rule, _ in b]:
            for (rule, x), (_, y) in zip(a, b, strict=True):
                if x != y:
                    self.found.mask(rule, f"{x} → {y}")
            return
        for rule, _ in a:
            self.found.mask(rule)
        for rule, _ in b:
            self.found.mask(rule, count=0)

    def finish(self) -> None:
        if self._moved and len(self._moved) < _MOST_REMEMBERED and not any(self._moved.values()):
            self.found.note("the same lines in another order")


class _Feed:
    """Lines that can be looked at before they are taken, and how many were taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._ahead: deque[str] = deque()
        self.taken = 0

    def take(self) -> str | None:
        self.taken += 1
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def back(self, lines: list[str]) -> None:
        self._ahead.extendleft(reversed(lines))
        self.taken -= len(lines)

    def window(self, first: str) -> list[str]:
        """Take up to a window's lines, of which ``first`` was already taken."""
        lines = [first]
        while len(lines) < _WINDOW and (line := self.take()) is not None:
            lines.append(line)
        return lines


class _Texts:
    def __init__(
        self, a: Iterable[str], b: Iterable[str], judge: _Judge, where: Callable[[int], str]
    ) -> None:
        self.a, self.b = _Feed(a), _Feed(b)
        self.judge = judge
        self.where = where
        self._windows = 0

    def run(self) -> None:
        a, b = self.a, self.b
        while True:
            x, y = a.take(), b.take()
            if x == y:
                if x is None:
                    break
                continue
            if x is None or y is None:
                self._one_sided(x, y)
            else:
                self._unequal(x, y)
        self.judge.finish()

    def _one_sided(self, x: str | None, y: str | None) -> None:
        one, other = (None if raw is None else self.judge.read(raw) for raw in (x, y))
        number = self.b.taken if one is None else self.a.taken
        self.judge.differ(one, other, number, self.where(number))

    def _unequal(self, x: str, y: str) -> None:
        number = self.a.taken
        if self.judge.plainly(x, y, self.where(number)):
            return
        one, other = self.judge.read(x), self.judge.read(y)
        aligned = self._windows >= _MOST_WINDOWS or one.key() == other.key()
        if aligned or self.judge.alike(one, other):
            self.judge.pair(one, other, number, self.where(number))
            return
        self._windows += 1
        if self._windows == _MOST_WINDOWS:
            self.judge.found.note(f"from {self.where(number)} on, lines are paired by their place")
        self._align(self.a.window(x), self.b.window(y), number)

    def _align(self, left: list[str], right: list[str], first: int) -> None:
        """Pair the lines of two windows; what follows their last match is put back."""
        read = self.judge.read
        one, other = [read(raw) for raw in left], [read(raw) for raw in right]
        matcher = SequenceMatcher(
            None, [line.key() for line in one], [line.key() for line in other], autojunk=False
        )
        steps = matcher.get_opcodes()
        if len(left) == len(right) == _WINDOW and len(steps) > 1 and steps[-1][0] != "equal":
            _, i, _, j, _ = steps.pop()
            self.a.back(left[i:])
            self.b.back(right[j:])
        for _, i1, i2, j1, j2 in steps:
            for i, j in zip_longest(range(i1, i2), range(j1, j2)):
                number = first + (i if i is not None else i2)
                where = self.where(number)
                a = None if i is None else one[i]
                b = None if j is None else other[j]
                if a is None or b is None:
                    self.judge.differ(a, b, number, where)
                elif left[i] != right[j]:
                    self.judge.pair(a, b, number, where)


def _within(a: str, b: str, tolerance: Tolerance) -> bool:
    if _INTEGER.fullmatch(a) and _INTEGER.fullmatch(b) and max(len(a), len(b)) < _LONG:
        return int(a) == int(b)
    return close(float(a), float(b), tolerance)


def _excerpts(a: str | None, b: str | None) -> Iterator[str | None]:
    """Yield both lines, cut to where they differ."""
    start = 0
    if a is not None and b is not None and max(len(a), len(b)) > _WIDTH:
        pairs = enumerate(zip(a, b, strict=False))
        first = next((i for i, (x, y) in pairs if x != y), min(len(a), len(b)))
        start = max(0, first - _BEFORE)
    for line in (a, b):
        yield line if line is None or not start else f"…{line[start : start + _WIDTH]}"
