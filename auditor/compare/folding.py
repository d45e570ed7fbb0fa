"""Very many files: those that say the same are one item a folder, with their number.

What is folded is alike in all that a verdict rests on: how its sides relate, whether a comparator
knows it, and which rules of the policy match its name. So no verdict depends on folding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

import msgspec

from auditor.compare.values.numbers import worse
from auditor.model.comparison import Compared, Relation, Relations, Side, State
from auditor.model.evidence import Mask
from auditor.model.files import ALL, MOST_FOLDERS, top_folder
from auditor.model.policy import Policy

__all__ = ["MOST_ITEMS", "folded", "identical", "matching"]

MOST_ITEMS = 1000  # files that are items of their own, and as many that are identical
_NAMED = 3

_RANKS: tuple[Relation, ...] = ("different", "unknown", "within", "same")
_WORDS = {
    "different": "differing",
    "unknown": "not known",
    "within": "within tolerance",
    "same": "",
}
_TOLD = {
    "different": "which differ",
    "unknown": "of which not all is known",
    "within": "with other bytes and values within tolerance",
    "same": "every one with the same bytes",
}


class _Alike(NamedTuple):
    """What files must share to be one item; ``rules`` are the globs that match their names."""

    folder: str
    rules: tuple[str, ...]
    relation: Relation
    known: bool
    states: tuple[State, ...]
    to_original: tuple[Relations, ...]
    to_first: tuple[Relations, ...]


def folded(
    files: Iterable[Compared], policy: Policy, same: Iterable[Compared] = ()
) -> tuple[Compared, ...]:
    """Return the items of ``files`` by name, then what stands for those that are too many.

    Up to ``MOST_ITEMS`` that are not identical stay items of their own, the worst first, and so
    do the identical ones if they are no more than that. ``same`` stand for many already.
    """
    own: dict[Relation, list[Compared]] = {relation: [] for relation in _RANKS}
    groups: dict[_Alike, Compared] = {}
    for one in files:
        relation = _relation(one)
        if len(own[relation]) < MOST_ITEMS:
            own[relation].append(one)
        else:
            _join(groups, _alike(one, relation, policy), _alone(one))
    for one in same:
        _join(groups, _alike(one, "same", policy), one)
    kept = _kept(own, full=any(key.relation == "same" for key in groups))
    names = {one.name for one in kept}
    for relation, rest in own.items():
        for one in rest:
            if one.name not in names:
                _join(groups, _alike(one, relation, policy), _alone(one))
    return (*sorted(kept, key=lambda one: one.name), *_items(groups))


def matching(name: str, policy: Policy) -> tuple[str, ...]:
    """Return the globs of a policy that match a file's name, by which it counts or does not."""
    severities = (rule.match for rule in policy.severities)
    globs = dict.fromkeys((*policy.ignore, *policy.count, *severities))
    return tuple(g for g in globs if fnmatchcase(name, g) or fnmatchcase(f"file:{name}", g))


def identical(folder: str, example: str, count: int, replays: int) -> Compared:
    """Return what stands for ``count`` files of one folder that have the same bytes in all runs.

    The same bytes are the same values, whatever kind of file it is.
    """
    same = Relations(bytes="same", values="same")
    return Compared(
        kind="file",
        name=folder,
        names=(example,),
        original=Side(state="recorded"),
        replays=(Side(state="recorded"),) * replays,
        to_original=(same,) * replays,
        to_first=(same,) * (replays - 1),
        comparator="bytes",
        count=count,
    )


def _kept(own: dict[Relation, list[Compared]], *, full: bool) -> list[Compared]:
    """Return what stays an item of its own, the worst first; none that is identical if ``full``."""
    *apart, same = (own[relation] for relation in _RANKS)
    worst = [one for found in apart for one in found][:MOST_ITEMS]
    return worst if full else [*worst, *same]


def _relation(one: Compared) -> Relation:
    """Return how the sides relate at worst, by value where that is a question."""
    found = {pair.values or pair.bytes for pair in one.to_original}
    return next((relation for relation in _RANKS if relation in found), "same")


def _alike(one: Compared, relation: Relation, policy: Policy) -> _Alike:
    return _Alike(
        folder=top_folder(one.name),
        rules=matching(one.names[0], policy),
        relation=relation,
        known=one.known,
        states=tuple(side.state for side in (one.original, *one.replays)),
        to_original=one.to_original,
        to_first=one.to_first,
    )


def _alone(one: Compared) -> Compared:
    """Return what stands for one file, ready to be joined with others."""
    return msgspec.structs.replace(
        one,
        name=top_folder(one.name),
        original=Side(state=one.original.state, reason=one.original.reason),
        replays=tuple(Side(state=side.state, reason=side.reason) for side in one.replays),
        evidence=(one.name,),
        tensors=(),
        curves=(),
        pictures=(),
    )


def _join(groups: dict[_Alike, Compared], key: _Alike, one: Compared) -> None:
    known = groups.get(key)
    groups[key] = one if known is None else _joined(known, one)


def _joined(a: Compared, b: Compared) -> Compared:
    """Return what stands for the files of both, with the worst of what was found."""
    tolerances = [one.tolerance for one in (a, b) if one.tolerance is not None]
    comparators = (word for one in (a, b) for word in one.comparator.split(", "))
    return msgspec.structs.replace(
        a,
        count=a.count + b.count,
        magnitude=worse(a.magnitude, b.magnitude),
        tolerance=max(tolerances, key=lambda t: (t.relative, t.absolute), default=None),
        masks=_masks((*a.masks, *b.masks)),
        comparator=", ".join(dict.fromkeys(comparators)),
        evidence=(*a.evidence, *b.evidence)[:_NAMED],
        notes=tuple(dict.fromkeys((*a.notes, *b.notes)))[:_NAMED],
    )


def _masks(masks: tuple[Mask, ...]) -> tuple[Mask, ...]:
    found: dict[str, Mask] = {}
    for mask in masks:
        known = found.get(mask.rule)
        count = mask.count + (known.count if known else 0)
        found[mask.rule] = msgspec.structs.replace(known or mask, count=count)
    return tuple(found.values())


def _items(groups: dict[_Alike, Compared]) -> Iterator[Compared]:
    """Yield an item a group, each with a name of its own."""
    if len({key.folder for key in groups}) > MOST_FOLDERS:
        groups = _of_all_folders(groups)
    names: Counter[str] = Counter()
    for key, group in sorted(groups.items(), key=lambda pair: (pair[0].folder, pair[1].names)):
        word = _WORDS[key.relation]
        name = f"{key.folder} ({word})" if word else key.folder
        names[name] += 1
        number = f" {names[name]}" if names[name] > 1 else ""
        yield _told(group, name + number, _TOLD[key.relation] if group.to_original else "")


def _of_all_folders(groups: dict[_Alike, Compared]) -> dict[_Alike, Compared]:
    found: dict[_Alike, Compared] = {}
    for key, group in groups.items():
        _join(found, key._replace(folder=ALL), group)
    return found


def _told(group: Compared, name: str, words: str) -> Compared:
    files = f"{group.count:,} {'file' if group.count == 1 else 'files'}"

    def side(one: Side) -> Side:
        value = files if one.state == "recorded" else None
        return msgspec.structs.replace(one, value=value)

    first = f"the first: {', '.join(group.evidence)}" if group.evidence else ""
    told = f"{files}, {words}" if words else files
    return msgspec.structs.replace(
        group,
        name=name,
        original=side(group.original),
        replays=tuple(side(one) for one in group.replays),
        evidence=(first,) if first and words else (),
        notes=(told, *group.notes),
    )
