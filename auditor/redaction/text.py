"""Secrets in text, by their shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.model.record import Record
from auditor.redaction.patterns import PATTERNS, REDACTED, Pattern

__all__ = ["Span", "masked", "masked_bytes", "replaced", "spans"]

_LINE = re.compile(r"[^\r\n]+")


class Span(Record, frozen=True, kw_only=True):
    """Where a secret is in a text, and the place of its pattern in the table."""

    start: int
    end: int
    pattern: int


def masked(text: str) -> tuple[str, Counter[str]]:
    """Return ``text`` with its secrets replaced, and how many of each pattern there were.

    What was masked once is found no more. A secret of several lines leaves as many lines.
    """
    found = spans(text)
    names = Counter(PATTERNS[span.pattern].name for span in found)
    return replaced(text, found, 0, len(text)), names


def masked_bytes(data: bytes) -> tuple[bytes, Counter[str]]:
    """Return ``data`` as ``masked`` does; bytes that are no text stay as they are."""
    # Patterns are ASCII, and every byte is a character of Latin-1.
    text, found = masked(data.decode("latin-1"))
    return text.encode("latin-1"), found


def spans(text: str, begin: int = 0) -> list[Span]:
    """Return where secrets are from ``begin`` on, in order; those that overlap are one."""
    small = text.lower()
    everything = sorted(
        (start, end, number)
        for number, pattern in enumerate(PATTERNS)
        for start, end in _matches(pattern, text, small, begin)
    )
    return list(_merged(everything))


def replaced(text: str, found: Iterable[Span], begin: int, end: int) -> str:
    """Return ``text[begin:end]`` with the spans, which lie inside it, replaced."""
    pieces = []
    for span in found:
        pieces += [text[begin : span.start], _LINE.sub(REDACTED, text[span.start : span.end])]
        begin = span.end
    return "".join([*pieces, text[begin:end]])


def _matches(pattern: Pattern, text: str, small: str, begin: int) -> Iterator[tuple[int, int]]:
    # To look for a plain word is many times faster than to look for a pattern.
    if any(needle in small for needle in pattern.needles):
        for match in pattern.regex.finditer(text, begin):
            yield match.span(match.lastindex or 0)


def _merged(everything: Iterable[tuple[int, int, int]]) -> Iterator[Span]:
    last: Span | None = None
    for start, end, number in everything:
        if last is not None and start < last.end:
            first = min(number, last.pattern)
            last = Span(start=last.start, end=max(end, last.end), pattern=first)
            continue
        if last is not None:
            yield last
        last = Span(start=start, end=end, pattern=number)
    if last is not None:
        yield last
