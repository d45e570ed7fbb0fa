"""Items that have bytes: output files and streams."""

from __future__ import annotations

from collections.abc import Mapping
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
from auditor.compare.pairs import Pair, masks, notes, others, plainest, widest, worst
from auditor.model.audit import Kind
from auditor.model.comparison import Compared, Relation, Relations, Side
from auditor.model.files import File
from auditor.model.policy import Policy
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
        self._held: dict[str, bool] = {}
        self._unseen: dict[str, None] = {}

    def compared(self) -> Compared:
        item = self.item
        original, *replays = item.sides
        outward = tuple(self._pair(0, number) for number in range(1, len(item.sides)))
        among = others([side.state for side in replays])
        inward = tuple(self._pair(1 + one, 1 + other) for one, other in among)
        if self._asks_decisions((*outward, *inward)):
            outward = tuple(self._decided(pair) for pair in outward)
            inward = tuple(self._decided(pair) for pair in inward)
        found = [one.difference for one in (*outward, *inward) if one.difference is not None]
        plain = plainest(outward)
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
            magnitude=worst(outward),
            tolerance=widest(found),
            masks=masks(outward),
            evidence=_evidence(item, outward, self.contents),
            tensors=plain.tensors if plain else (),
            curves=plain.curves if plain else (),
            pictures=plain.pictures if plain else (),
            notes=tuple(dict.fromkeys([*notes(outward, found), *self._unseen])),
        )

    def _pair(self, one: int, other: int) -> Pair:
        relations, difference = self._related(one, other)
        return Pair(sides=(one, other), relations=relations, difference=difference)

    def _related(self, one: int, other: int) -> tuple[Relations, Difference | None]:
        a, b = self.item.sides[one], self.item.sides[other]
        raw = _bytes(a, b)
        if self.comparator is None:
            return Relations(bytes=raw), None
        if raw != "different" or "absent" in {a.state, b.state}:
            return Relations(bytes=raw, values=raw), None
        difference = self._difference(one, other)
        if difference is None:
            return Relations(bytes=raw, values="unknown"), None
        relations = Relations(bytes=raw, values=difference.relation, decisions=difference.decisions)
        return relations, difference

    def _asks_decisions(self, pairs: tuple[Pair, ...]) -> bool:
        found = any(pair.relations.decisions is not None for pair in pairs)
        return self.comparator is not None and (found or self.policy.require == "decisions")

    def _decided(self, pair: Pair) -> Pair:
        """Answer for decisions where the pair itself did not show any, but one side holds some.

        So it is where bytes are the same, where a side is missing, and where all that held
        decisions is gone from it.
        """
        relations = pair.relations
        if relations.decisions is not None or not any(self._holds(side) for side in pair.sides):
            return pair
        decisions = "same" if relations.values == "within" else relations.values
        relations = msgspec.structs.replace(relations, decisions=decisions)
        return msgspec.structs.replace(pair, relations=relations)

    def _holds(self, side: int) -> bool:
        """Say whether a content holds decisions: compared with itself, it shows them."""
        digest = self.item.sides[side].digest
        if digest is None:
            return False
        if digest not in self._held:
            try:
                found = self._difference(side, side)
            except Unreadable:
                found = Difference(relation="within")
            holds = found is not None and found.decisions is not None
            if not holds and (found is None or found.relation == "unknown"):
                reasons = "; ".join(found.notes) if found else "its content was not kept"
                self._unseen[f"whether it holds decisions is not known: {reasons}"] = None
            self._held[digest] = holds
        return self._held[digest]

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


def _bytes(a: Content, b: Content) -> Relation:
    if "unrecorded" in {a.state, b.state}:
        return "unknown"
    return "same" if (a.state, a.digest) == (b.state, b.digest) else "different"


def _side(content: Content) -> Side:
    return Side(state=content.state, value=content.digest, reason=content.reason)


def _evidence(item: FileItem, pairs: tuple[Pair, ...], contents: Contents) -> tuple[str, ...]:
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
