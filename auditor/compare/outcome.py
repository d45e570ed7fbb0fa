"""The outcome of runs, item by item: files, metrics, exit status, stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from auditor.compare.contents import Content, Contents, of_file, of_stream
from auditor.compare.files import FileItem, compare_contents
from auditor.compare.folding import folded
from auditor.compare.outputs import Outputs, outputs_of
from auditor.compare.pairing import Paired, pair_names
from auditor.compare.scalars import compare_exit, compare_metric
from auditor.model.audit import Kind
from auditor.model.comparison import Compared, Side
from auditor.model.fact import Fact
from auditor.model.facts import Metric, Stream
from auditor.model.files import File, Manifest
from auditor.model.fingerprint import Fingerprint
from auditor.model.policy import Policy

__all__ = ["outcome"]

# Stands for outputs of which not even the names are known.
_UNNAMED = "outputs"


def outcome(
    original: Fingerprint, replays: tuple[Fingerprint, ...], contents: Contents, policy: Policy
) -> tuple[Compared, ...]:
    """Compare all items: the exit status, metrics, files, then the streams, sorted by name."""
    runs = (original, *replays)
    exits = tuple(run.outcome.exit for run in runs)
    outputs = outputs_of(tuple(run.outcome.outputs for run in runs), contents.objects, policy)
    paired = pair_names(outputs.tables, _hosts(runs))

    def compared(items: Iterator[FileItem]) -> Iterator[Compared]:
        return (_noted(compare_contents(item, contents, policy), paired) for item in items)

    files = _files(runs, paired.tables, outputs)
    return (
        compare_exit(exits[0], exits[1:]),
        *_metrics(runs, paired, policy),
        *folded(compared(files), policy, outputs.same),
        *compared(_streams(runs)),
    )


def _noted(one: Compared, paired: Paired) -> Compared:
    notes = paired.notes.get(one.name, ()) if one.kind == "file" else ()
    return msgspec.structs.replace(one, notes=(*notes, *one.notes)) if notes else one


def _files(
    runs: tuple[Fingerprint, ...], tables: tuple[Mapping[str, File], ...], outputs: Outputs
) -> Iterator[FileItem]:
    facts = [run.outcome.outputs for run in runs]
    near = outputs.with_the_rest(tables)
    names = sorted({path for table in tables for path in table})
    if not names and any(fact.how == "unknown" for fact in facts):
        names = [_UNNAMED]
    for name in names:
        sides = [_output(fact, table, name) for fact, table in zip(facts, tables, strict=True)]
        yield FileItem(kind="file", name=name, sides=tuple(sides), files=near, hosts=_hosts(runs))


def _output(fact: Fact[Manifest], files: Mapping[str, File], name: str) -> Content:
    if fact.how == "unknown":
        return Content(state="unrecorded", reason=fact.reason)
    if name not in files and fact.how == "declared":
        reason = "only declared outputs are known of this run; declare this one too"
        return Content(state="unrecorded", reason=reason)
    return of_file(files.get(name))


def _streams(runs: tuple[Fingerprint, ...]) -> Iterator[FileItem]:
    kinds: tuple[tuple[Kind, Callable[[Fingerprint], Fact[Stream]]], ...] = (
        ("stdout", lambda run: run.outcome.stdout),
        ("stderr", lambda run: run.outcome.stderr),
    )
    for kind, read in kinds:
        sides = [_stream(read(run)) for run in runs]
        yield FileItem(kind=kind, name=kind, sides=tuple(sides), hosts=_hosts(runs))


def _hosts(runs: tuple[Fingerprint, ...]) -> tuple[str, ...]:
    facts = (run.record.host.value for run in runs)
    return tuple(dict.fromkeys(host.name for host in facts if host is not None and host.name))


def _stream(fact: Fact[Stream]) -> Content:
    if fact.value is None:
        return Content(state="unrecorded", reason=fact.reason)
    return of_stream(fact.value)


def _metrics(runs: tuple[Fingerprint, ...], paired: Paired, policy: Policy) -> Iterator[Compared]:
    facts = [run.outcome.metrics for run in runs]
    tables = [
        {(names.get(m.file, m.file), m.name): m for m in fact.value or ()}
        for fact, names in zip(facts, paired.renamed, strict=True)
    ]
    for key in sorted({key for table in tables for key in table}):
        sides = [_metric(fact, table.get(key)) for fact, table in zip(facts, tables, strict=True)]
        yield compare_metric(key, sides[0], tuple(sides[1:]), policy)


def _metric(fact: Fact[tuple[Metric, ...]], metric: Metric | None) -> Side:
    if fact.how == "unknown":
        return Side(state="unrecorded", reason=fact.reason)
    if metric is None and fact.value and fact.reason:
        return Side(state="unrecorded", reason=fact.reason)
    if metric is None:
        return Side(state="absent")
    # JSON cannot tell 3 from 3.0, nor canonical JSON NaN from a word: the type is apart.
    whole = metric.type == "int" and float(metric.value).is_integer()
    return Side(state="recorded", value=int(metric.value) if whole else float(metric.value))
