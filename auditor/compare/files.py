"""Items that have bytes: output files and streams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from auditor.compare.artifacts import (
    Comparator,
    Difference,
    Scope,
    Undecided,
    Unreadable,
    comparator_for,
    compare_parts,
)
from auditor.compare.contents import Content, Contents, of_file
from auditor.compare.values.numbers import worse
from auditor.model.audit import Kind
from auditor.model.comparison import Compared, Relation, Relations, Side
from auditor.model.evidence import Magnitude, Mask
from auditor.model.files import File
from auditor.model.policy import Policy, Tolerance
from auditor.model.record import Record

__all__ = ["FileItem", "compare_contents"]


class FileItem(Record, frozen=True, kw_only=True):
    """What is compared: one output or stream, on all sides, the original's first.

    ``files`` are all outputs of each side by path: some kinds of file are read with another.
    ``hosts`` are the names of the machines.
    """

    kind: Kind
    name: str
    sides: tuple[Content, ...]
    files: tuple[Mapping[str, File], ...] = ()
    hosts: tuple[str, ...] = ()


class _Pair(Record, frozen=True, kw_only=True):
    relations: Relations
    difference: Difference | None = None


def compare_contents(item: FileItem, contents: Contents, policy: Policy) -> Compared:
    """Compare one item: digests first, values only where they differ and both are kept."""
    comparator = comparator_for(item.name, contents.head(item.sides))
    try:
        return _Comparing(item, contents, comparator, policy).compared()
    except Unreadable as reason:
        plain = _Comparing(item, contents, None, policy).compared()
        return _noted(plain, f"compared as bytes: {reason}")


class _Comparing:
    """One item, whose sides are numbered from the original, 0."""

    def __init__(
        self, item: FileItem, contents: Contents, comparator: Comparator | None, policy: Policy
    ) -> None:
        self.item = item
        self.contents = contents
        self.comparator = comparator
        self.policy = policy

    def compared(self) -> Compared:
        item = self.item
        original, *replays = item.sides
        outward = tuple(self._pair(0, number) for number in range(1, len(item.sides)))
        inward = tuple(self._pair(1, number) for number in range(2, len(item.sides)))
        found = [one.difference for one in (*outward, *inward) if one.difference is not None]
        plainest = _plainest(outward)
        return Compared(
            kind=item.kind,
            name=item.name,
            names=(item.name,),
            original=_side(original),
            replays=tuple(_side(replay) for replay in replays),
            to_original=tuple(one.relations for one in outward),
            to_first=tuple(one.relations for one in inward),
            known=self.comparator is not None,
            comparator=self.comparator.name if self.comparator else "bytes",
            magnitude=_worst(outward),
            tolerance=_widest(found),
            masks=_masks(outward),
            evidence=_evidence(item, outward, self.contents),
            tensors=plainest.tensors if plainest else (),
            curves=plainest.curves if plainest else (),
            pictures=plainest.pictures if plainest else (),
            notes=tuple(dict.fromkeys([*_unkept(outward), *_all_notes(found)])),
        )

    def _pair(self, one: int, other: int) -> _Pair:
        a, b = self.item.sides[one], self.item.sides[other]
        raw = _bytes(a, b)
        if self.comparator is None:
            return _Pair(relations=Relations(bytes=raw))
        if raw != "different" or "absent" in {a.state, b.state}:
            return _Pair(relations=Relations(bytes=raw, values=raw))
        difference = self._difference(one, other)
        if difference is None:
            return _Pair(relations=Relations(bytes=raw, values="unknown"))
        relations = Relations(bytes=raw, values=difference.relation, decisions=difference.decisions)
        return _Pair(relations=relations, difference=difference)

    def _difference(self, one: int, other: int) -> Difference | None:
        assert self.comparator is not None
        places = self.contents.places(self.item.sides[one], self.item.sides[other])
        if places is None:
            return None
        try:
            return self.comparator.compare(*places, self._scope(one, other))
        except Undecided as reason:
            return Difference(relation="unknown", notes=(str(reason),))

    def _scope(self, one: int, other: int) -> Scope:
        def siblings(name: str) -> tuple[Path, Path] | None:
            path = str(PurePosixPath(self.item.name).parent / name)
            tables = [self.item.files[side] for side in (one, other) if self.item.files]
            near = [of_file(table.get(path)) for table in tables]
            return self.contents.places(*near) if near else None

        return Scope(
            self.policy,
            (self.item.name,),
            inner=compare_parts,
            siblings=siblings,
            hosts=self.item.hosts,
        )


def _plainest(pairs: tuple[_Pair, ...]) -> Difference | None:
    found = [pair.difference for pair in pairs if pair.difference is not None]
    return min(found, key=lambda one: one.relation != "different", default=None)


def _bytes(a: Content, b: Content) -> Relation:
    if "unrecorded" in {a.state, b.state}:
        return "unknown"
    return "same" if (a.state, a.digest) == (b.state, b.digest) else "different"


def _side(content: Content) -> Side:
    return Side(state=content.state, value=content.digest, reason=content.reason)


def _worst(pairs: Iterable[_Pair]) -> Magnitude | None:
    found: Magnitude | None = None
    for pair in pairs:
        found = worse(found, pair.difference.magnitude if pair.difference else None)
    return found


def _widest(found: list[Difference]) -> Tolerance | None:
    used = [one.tolerance for one in found if one.tolerance is not None]
    return max(used, key=lambda one: (one.relative, one.absolute), default=None)


def _masks(pairs: Iterable[_Pair]) -> tuple[Mask, ...]:
    most: dict[str, Mask] = {}
    for pair in pairs:
        for mask in pair.difference.masks if pair.difference else ():
            known = most.get(mask.rule)
            most[mask.rule] = mask if known is None or mask.count > known.count else known
    return tuple(mask for _rule, mask in sorted(most.items()))


def _all_notes(found: list[Difference]) -> Iterable[str]:
    return (note for one in found for note in one.notes)


def _unkept(pairs: tuple[_Pair, ...]) -> Iterable[str]:
    lost = [pair for pair in pairs if pair.difference is None]
    if any(pair.relations.values == "unknown" != pair.relations.bytes for pair in lost):
        yield "the bytes differ, and the contents of both were not kept to compare their values"


def _evidence(item: FileItem, pairs: tuple[_Pair, ...], contents: Contents) -> tuple[str, ...]:
    """Return evidence of the first replay that differs, by value before by bytes."""
    states = _absences(item.sides[0], item.sides[1:])
    if states:
        return states
    order = sorted(range(len(pairs)), key=lambda i: pairs[i].relations.values != "different")
    for index in order:
        pair = pairs[index]
        if pair.relations.bytes != "different":
            continue
        lines = pair.difference.evidence if pair.difference else ()
        lines = lines or contents.bytes(item.sides[0], item.sides[index + 1])
        if lines:
            return (f"original → replay {index + 1}", *lines)
    return ()


def _absences(original: Content, replays: tuple[Content, ...]) -> tuple[str, ...]:
    if original.state == "absent":
        makers = _numbers(replays, "recorded")
        return (f"not in the original, in replay {makers}",) if makers else ()
    missing = _numbers(replays, "absent")
    return (f"in the original, missing in replay {missing}",) if missing else ()


def _numbers(replays: tuple[Content, ...], state: str) -> str:
    return ", ".join(str(n) for n, one in enumerate(replays, start=1) if one.state == state)


def _noted(compared: Compared, note: str) -> Compared:
    return msgspec.structs.replace(compared, notes=(note, *compared.notes))
