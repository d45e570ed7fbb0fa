"""The outputs of all runs by path; of long lists, those only that are not the same in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from auditor.compare.folding import identical, matching
from auditor.compare.manifests import differing
from auditor.model.comparison import Compared
from auditor.model.fact import Fact
from auditor.model.files import ALL, File, FileList, Manifest, top_folder
from auditor.model.policy import Policy
from auditor.model.record import Record
from auditor.store.lists import files_in, table_of
from auditor.store.objects import Objects

__all__ = ["Outputs", "outputs_of"]


class Outputs(Record, frozen=True, kw_only=True):
    """Output files by path, the original's table first.

    ``same`` stand for the files that are in no table, because they are the same in all runs;
    ``whole`` are then the tables of all files.
    """

    tables: tuple[Mapping[str, File], ...]
    same: tuple[Compared, ...] = ()
    whole: tuple[Mapping[str, File], ...] = ()

    def with_the_rest(
        self, tables: tuple[Mapping[str, File], ...]
    ) -> tuple[Mapping[str, File], ...]:
        """Return ``tables`` completed by what is the same in all runs: it is only looked up."""
        apart = frozenset(path for table in self.tables for path in table)
        return (
            tuple(
                _Completed(table, rest, apart)
                for table, rest in zip(tables, self.whole, strict=True)
            )
            if self.whole
            else tables
        )


class _Completed(Mapping[str, File]):
    """A table, and behind it a larger one, of which ``apart`` are not meant."""

    def __init__(
        self, table: Mapping[str, File], rest: Mapping[str, File], apart: frozenset[str]
    ) -> None:
        self.table = table
        self.rest = rest
        self.apart = apart

    def __getitem__(self, path: str) -> File:
        if path in self.table or path in self.apart:
            return self.table[path]
        return self.rest[path]

    def __iter__(self) -> Iterator[str]:
        yield from self.table
        yield from (path for path in self.rest if path not in self.apart)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def outputs_of(facts: tuple[Fact[Manifest], ...], objects: Objects, policy: Policy) -> Outputs:
    """Return the outputs. Long lists are gone through once, and not at all where roots are equal.

    Whether identical files hold decisions shows only in their contents: where a policy asks for
    decisions, all are returned.
    """
    sides = [fact.value for fact in facts if fact.value is not None]
    long = any(isinstance(side.files, FileList) for side in sides)
    if len(sides) < len(facts) or not long or policy.require == "decisions":
        tables = ({file.path: file for file in files_in(fact.value, objects)} for fact in facts)
        return Outputs(tables=tuple(tables))
    found = differing(sides, objects, unread=True)
    folders = _same(sides[0], found[0], objects, policy)
    return Outputs(
        tables=found,
        same=tuple(
            identical(folder, example, count, len(facts) - 1)
            for (folder, example), count in sorted(folders.items())
        ),
        whole=tuple(table_of(side, objects) for side in sides),
    )


def _same(
    original: Manifest, apart: Mapping[str, File], objects: Objects, policy: Policy
) -> Mapping[tuple[str, str], int]:
    """Count the original's files that are the same in all runs, by folder and an example."""
    if isinstance(original.files, FileList) and not (
        policy.ignore or policy.count or policy.severities
    ):
        counts = Counter(original.files.folders)
        counts.subtract(_folder(path, counts) for path in apart)
        return {(folder, folder): count for folder, count in counts.items() if count > 0}
    same = (file.path for file in files_in(original, objects) if file.path not in apart)
    return _by_rules(same, policy)


def _folder(path: str, folders: Mapping[str, int]) -> str:
    folder = top_folder(path)
    return folder if folder in folders else ALL


def _by_rules(paths: Iterable[str], policy: Policy) -> Mapping[tuple[str, str], int]:
    """Count files by folder and by the rules that match their names, with an example of each."""
    examples: dict[tuple[str, tuple[str, ...]], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for path in paths:
        folder = top_folder(path)
        counts[folder, examples.setdefault((folder, matching(path, policy)), path)] += 1
    return counts
