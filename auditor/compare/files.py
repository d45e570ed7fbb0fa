"""Items that have bytes: output files and streams."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.compare.artifacts import Comparator, Difference, Unreadable, comparator_for
from auditor.compare.contents import Content, Contents
from auditor.compare.values.numbers import worse
from auditor.compare.values.tolerance import Tolerances
from auditor.model.audit import Kind, Magnitude, Mask
from auditor.model.comparison import Compared, Relation, Relations, Side
from auditor.model.policy import Policy, Tolerance
from auditor.model.record import Record

__all__ = ["FileItem", "compare_contents"]


class FileItem(Record, frozen=True, kw_only=True):
    """What is compared: one output or stream, on all sides."""

    kind: Kind
    name: str
    original: Content
    replays: tuple[Content, ...]


class _Pair(Record, frozen=True, kw_only=True):
    relations: Relations
    difference: Difference | None = None


def compare_contents(item: FileItem, contents: Contents, policy: Policy) -> Compared:
    """Compare one item: digests first, values only where they differ and both are kept."""
    sides = (item.original, *item.replays)
    comparator = comparator_for(item.name, contents.head(sides))
    tolerances = Tolerances(policy, (item.name,))
    try:
        return _compared(item, contents, comparator, tolerances)
    except Unreadable as reason:
        plain = _compared(item, contents, None, tolerances)
        return _noted(plain, f"compared as bytes: {reason}")


def _compared(
    item: FileItem, contents: Contents, comparator: Comparator | None, tolerances: Tolerances
) -> Compared:
    def pair(a: Content, b: Content) -> _Pair:
        return _pair(a, b, contents, comparator, tolerances)

    outward = tuple(pair(item.original, replay) for replay in item.replays)
    inward = tuple(pair(item.replays[0], replay) for replay in item.replays[1:])
    found = [one.difference for one in (*outward, *inward) if one.difference is not None]
    return Compared(
        kind=item.kind,
        name=item.name,
        names=(item.name,),
        original=_side(item.original),
        replays=tuple(_side(replay) for replay in item.replays),
        to_original=tuple(one.relations for one in outward),
        to_first=tuple(one.relations for one in inward),
        known=comparator is not None,
        comparator=comparator.name if comparator else "bytes",
        magnitude=_worst(outward),
        tolerance=_widest(found),
        masks=_masks(outward),
        evidence=_evidence(item, outward, contents),
        notes=tuple(dict.fromkeys([*_unkept(outward), *_all_notes(found)])),
    )


def _pair(
    a: Content,
    b: Content,
    contents: Contents,
    comparator: Comparator | None,
    tolerances: Tolerances,
) -> _Pair:
    raw = _bytes(a, b)
    if comparator is None:
        return _Pair(relations=Relations(bytes=raw))
    if raw != "different" or "absent" in {a.state, b.state}:
        return _Pair(relations=Relations(bytes=raw, values=raw))
    difference = contents.values(a, b, comparator, tolerances)
    values: Relation = difference.relation if difference else "unknown"
    return _Pair(relations=Relations(bytes=raw, values=values), difference=difference)


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
    counts: dict[str, int] = {}
    for pair in pairs:
        for mask in pair.difference.masks if pair.difference else ():
            counts[mask.rule] = max(mask.count, counts.get(mask.rule, 0))
    return tuple(Mask(rule=rule, count=count) for rule, count in sorted(counts.items()))


def _all_notes(found: list[Difference]) -> Iterable[str]:
    return (note for one in found for note in one.notes)


def _unkept(pairs: tuple[_Pair, ...]) -> Iterable[str]:
    if any(pair.relations.values == "unknown" != pair.relations.bytes for pair in pairs):
        yield "the bytes differ, and the contents of both were not kept to compare their values"


def _evidence(item: FileItem, pairs: tuple[_Pair, ...], contents: Contents) -> tuple[str, ...]:
    """Return evidence of the first replay that differs, by value before by bytes."""
    states = _absences(item)
    if states:
        return states
    order = sorted(range(len(pairs)), key=lambda i: pairs[i].relations.values != "different")
    for index in order:
        pair = pairs[index]
        if pair.relations.bytes != "different":
            continue
        lines = pair.difference.evidence if pair.difference else ()
        lines = lines or contents.bytes(item.original, item.replays[index])
        if lines:
            return (f"original → replay {index + 1}", *lines)
    return ()


def _absences(item: FileItem) -> tuple[str, ...]:
    if item.original.state == "absent":
        makers = _numbers(item.replays, "recorded")
        return (f"not in the original, in replay {makers}",) if makers else ()
    missing = _numbers(item.replays, "absent")
    return (f"in the original, missing in replay {missing}",) if missing else ()


def _numbers(replays: tuple[Content, ...], state: str) -> str:
    return ", ".join(str(n) for n, one in enumerate(replays, start=1) if one.state == state)


def _noted(compared: Compared, note: str) -> Compared:
    return msgspec.structs.replace(compared, notes=(note, *compared.notes))
