"""Very many files that differ in what runs stood on: one by one up to a bound, then by folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from auditor.model.audit import Divergence
from auditor.model.files import ALL, MOST_FOLDERS, top_folder

__all__ = ["MOST", "bounded"]

MOST = 1000  # divergences of one section that are told one by one
_RANK = {"critical": 0, "major": 1, "minor": 2, "info": 3}


def bounded(divergences: Iterable[Divergence]) -> list[Divergence]:
    """Return the worst ``MOST``, and one for all others of one folder, change and severity."""
    found = sorted(divergences, key=lambda one: _RANK[one.severity])
    groups: dict[tuple[str, ...], list[Divergence]] = defaultdict(list)
    rest = found[MOST:]
    folders = {_folder(one) for one in rest}
    for one in rest:
        folder = _folder(one) if len(folders) <= MOST_FOLDERS else ALL
        kind = one.subject.partition(":")[0]
        groups[kind, folder, one.change, one.severity, one.note].append(one)
    return [*found[:MOST], *_summed(groups)]


def _folder(one: Divergence) -> str:
    return top_folder(one.subject.partition(":")[2])


def _summed(groups: dict[tuple[str, ...], list[Divergence]]) -> Iterator[Divergence]:
    for (kind, folder, *_alike), alike in groups.items():
        one = alike[0]
        count = f"{len(alike):,} more"
        yield Divergence(
            area=one.area,
            subject=f"{kind}:{folder} ({len(alike):,} more {one.change})",
            change=one.change,
            before=count if one.change != "added" else None,
            after=tuple(None if one.change == "removed" else count for _side in one.after),
            severity=one.severity,
            note=f"{len(alike):,} more than the {MOST:,} that are named; each: {one.note}",
        )
