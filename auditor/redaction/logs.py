"""Secrets in logs of any length, in bounded memory and in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import IO

from auditor.redaction.patterns import LONGEST, PATTERNS
from auditor.redaction.text import replaced, spans

__all__ = ["copy_masked", "secrets_in"]

_CHUNK = 1 << 20
_CONTEXT = 256  # what is before a piece decides whether a word begins in it


def copy_masked(source: IO[bytes], target: IO[bytes]) -> Counter[str]:
    """Copy ``source`` with its secrets replaced; return how many of each pattern there were.

    Raises ``OSError``.
    """
    total: Counter[str] = Counter()
    for piece, found in _pieces(source):
        target.write(piece)
        total += found
    return total


def secrets_in(source: IO[bytes]) -> Counter[str]:
    """Return how many secrets of each pattern there are. Raises ``OSError``."""
    total: Counter[str] = Counter()
    for _piece, found in _pieces(source):
        total += found
    return total


def _pieces(source: IO[bytes]) -> Iterator[tuple[bytes, Counter[str]]]:
    """Yield the masked log piece by piece.

    A piece ends ``LONGEST`` before the end of what was read, so that a secret that begins in it is
    seen whole.
    """
    text = ""
    begin = 0
    while True:
        chunk = source.read(_CHUNK)
        text += chunk.decode("latin-1")
        found = spans(text, begin)
        end = max(len(text) - LONGEST, begin) if chunk else len(text)
        whole = [span for span in found if span.start < end or not chunk]
        end = max([end, *(span.end for span in whole)])
        counts = Counter(PATTERNS[span.pattern].name for span in whole)
        yield replaced(text, whole, begin, end).encode("latin-1"), counts
        if not chunk:
            return
        context = max(end - _CONTEXT, 0)
        text, begin = text[context:], end - context
