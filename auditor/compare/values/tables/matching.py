"""Which row of one table is which of the other, where some are missing, new or moved."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Matching", "match_keys"]


@dataclass(frozen=True, kw_only=True)
class Matching:
    """Which row of one table is which of the other, by index.

    ``rows`` and ``partners`` rise together; ``moved`` are pairs that stand elsewhere; ``missing``
    are rows of the first table only, ``added`` of the second only. ``key`` is the column that
    identifies a row, ``None`` where whole rows do.
    """

    rows: tuple[int, ...]
    partners: tuple[int, ...]
    moved: tuple[tuple[int, int], ...]
    missing: tuple[int, ...]
    added: tuple[int, ...]
    key: str | None = None

    @property
    def trivial(self) -> bool:
        """Every row stands where it stood."""
        return not (self.moved or self.missing or self.added)

    @property
    def explains(self) -> bool:
        """At least as many rows were matched as are left over on one of the sides."""
        both = len(self.rows) + len(self.moved)
        return both > 0 and both >= min(len(self.missing), len(self.added))


def match_keys(a: Sequence[int], b: Sequence[int], key: str | None = None) -> Matching:
    """Match rows by the keys of both tables; as few as possible are said to have moved.

    Rows between two matched ones that are as many on both sides are taken for changed, not for
    missing and added. Takes n log n steps.
    """
    pairs = _by_key(a, b)
    kept = _rising([partner for _, partner in pairs])
    stay = [pairs[index] for index in kept]
    moved = _without(pairs, kept)
    gone, come = _unmatched(pairs, len(a), len(b))
    changed = list(_filled(stay, gone, come, (len(a), len(b))))
    both = sorted([*stay, *changed])
    return Matching(
        rows=tuple(row for row, _ in both),
        partners=tuple(partner for _, partner in both),
        moved=tuple(moved),
        missing=tuple(sorted(set(gone) - {row for row, _ in changed})),
        added=tuple(sorted(set(come) - {partner for _, partner in changed})),
        key=key,
    )


def _by_key(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Pair the rows of equal keys, the n-th with the n-th; equal ends of the tables first."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    places: dict[tuple[int, int], int] = {}
    seen: Counter[int] = Counter()
    for index in range(head, len(b) - tail):
        places[b[index], seen[b[index]]] = index
        seen[b[index]] += 1
    seen.clear()
    pairs = [(index, index) for index in range(head)]
    for index in range(head, len(a) - tail):
        partner = places.get((a[index], seen[a[index]]))
        seen[a[index]] += 1
        if partner is not None:
            pairs.append((index, partner))
    return pairs + [(len(a) - back, len(b) - back) for back in range(tail, 0, -1)]


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    pairs = enumerate(zip(a, b, strict=False))
    return next((index for index, (x, y) in pairs if x != y), min(len(a), len(b)))


def _rising(values: Sequence[int]) -> list[int]:
    """Return the indices of a longest rising subsequence."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(ends, value)
        before.append(at[place - 1] if place else -1)
        ends[place : place + 1] = [value]
        at[place : place + 1] = [index]
    chain: list[int] = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def _without(pairs: Sequence[tuple[int, int]], kept: Sequence[int]) -> list[tuple[int, int]]:
    held = set(kept)
    return [pair for index, pair in enumerate(pairs) if index not in held]


def _unmatched(
    pairs: Sequence[tuple[int, int]], rows: int, partners: int
) -> tuple[list[int], list[int]]:
    left, right = {row for row, _ in pairs}, {partner for _, partner in pairs}
    gone = [row for row in range(rows) if row not in left]
    return gone, [row for row in range(partners) if row not in right]


def _filled(
    stay: Sequence[tuple[int, int]],
    gone: Sequence[int],
    come: Sequence[int],
    lengths: tuple[int, int],
) -> Iterator[tuple[int, int]]:
    left, right = iter((*gone, math.inf)), iter((*come, math.inf))
    row, partner = next(left), next(right)
    for end in (*stay, lengths):
        some: list[int] = []
        others: list[int] = []
        while row < end[0]:
            some.append(int(row))
            row = next(left)
        while partner < end[1]:
            others.append(int(partner))
            partner = next(right)
        if len(some) == len(others):
            yield from zip(some, others, strict=True)
