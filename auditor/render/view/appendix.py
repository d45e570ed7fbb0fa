"""Appendices: lock, Dockerfile, whole digests, and the manifests of files."""

from __future__ import annotations

from pathlib import PurePosixPath

from auditor.model.audit import Audit
from auditor.model.digest import hex_of
from auditor.model.fingerprint import Fingerprint, identity
from auditor.render.text import clip, count, duration, moment, one_line, size
from auditor.render.view.blocks import (
    Block,
    Bounds,
    Cell,
    Code,
    Definitions,
    Head,
    Heading,
    Paragraph,
    Section,
    Table,
    bounded,
    mono,
    num,
)
from auditor.render.view.words import by_digest, sides

__all__ = ["appendices"]

_LINE = 1000


def appendices(audit: Audit, bounds: Bounds) -> Section:
    """Return appendices A to D."""
    plan = audit.plan
    absent = Paragraph(text="There is none: no replay was planned.")
    lock = _code("requirements.txt", plan.lock.requirements, bounds) if plan else absent
    dockerfile = _code("Dockerfile", plan.dockerfile, bounds) if plan else absent
    return Section(
        id="appendices",
        title="Appendices",
        blocks=(
            Heading(id="appendix-lock", title="A. Lock"),
            lock,
            Heading(id="appendix-dockerfile", title="B. Dockerfile"),
            dockerfile,
            Heading(id="appendix-runs", title="C. Runs, streams and their digests"),
            *_runs(audit),
            Heading(id="appendix-files", title="D. Output files of the original"),
            *_outputs(audit, bounds),
        ),
    )


def _code(caption: str, content: str, bounds: Bounds) -> Block:
    lines = content.rstrip("\n").split("\n") if content.strip() else []
    if not lines:
        return Paragraph(text="It is empty.")
    shown = tuple(clip(line, _LINE) for line in lines[: bounds.lines])
    return Code(caption=caption, lines=shown, total=len(lines), folded=len(lines) > 24)  # noqa: PLR2004


def _runs(audit: Audit) -> list[Block]:
    original, names = sides(audit)
    blocks: list[Block] = [_run(original, audit.original, audit.original_id)]
    for name, run in list(zip(names, audit.replays, strict=True))[:10]:
        blocks.append(_run(name, run, identity(run)))
    return blocks


def _run(name: str, run: Fingerprint, run_id: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (Cell(lines=(label,)), mono(value))
        for label, value in (
            ("Fingerprint", hex_of(run_id)),
            ("Recipe", hex_of(run.digests.recipe)),
            ("Outcome", hex_of(run.digests.outcome)),
            ("Record", hex_of(run.digests.record)),
            ("Standard output", _stream(run, "stdout")),
            ("Standard error", _stream(run, "stderr")),
            ("Exit", _exit(run)),
            ("Time", _times(run)),
            ("Resources", _resources(run)),
            ("Processes", _processes(run)),
            ("Network", _network(run)),
        )
    ]
    heads = Head(name=name, width=22), Head(name="Value", kind="mono", width=78)
    return Table(caption=name, heads=heads, rows=tuple(rows), total=len(rows))


def _stream(run: Fingerprint, name: str) -> str:
    fact = run.outcome.stdout if name == "stdout" else run.outcome.stderr
    if fact.value is None:
        return f"not known: {one_line(fact.reason)}"
    return f"{hex_of(fact.value.digest)}, {size(fact.value.size)}"


def _exit(run: Fingerprint) -> str:
    fact = run.outcome.exit
    if fact.value is None:
        return f"not known: {one_line(fact.reason)}"
    code = "no status" if fact.value.code is None else f"status {fact.value.code}"
    return f"{fact.value.status}, {code}" + (f", {fact.value.signal}" if fact.value.signal else "")


def _times(run: Fingerprint) -> str:
    times = run.record.times.value
    if times is None:
        return f"not known: {one_line(run.record.times.reason)}"
    return f"{moment(times.started)}, for {duration(times.duration)}"


def _resources(run: Fingerprint) -> str:
    used = run.record.resources.value
    if used is None:
        return f"not known: {one_line(run.record.resources.reason)}"
    seconds = duration(used.user + used.system)
    return f"{seconds} of processor time, at most {size(used.peak_memory)} of memory"


def _processes(run: Fingerprint) -> str:
    processes = run.record.processes.value
    if processes is None:
        return f"not known: {one_line(run.record.processes.reason)}"
    python = sum(process.python for process in processes)
    others = {PurePosixPath(process.executable).name for process in processes if not process.python}
    said = f"{count(len(processes))}, {count(python)} of them Python"
    return clip(one_line("; ".join([said, ", ".join(sorted(others))] if others else [said])), 600)


def _network(run: Fingerprint) -> str:
    accesses = run.record.network.value
    if accesses is None:
        return f"not known: {one_line(run.record.network.reason)}"
    reached = [f"{a.host}" + (f":{a.port}" if a.port is not None else "") for a in accesses]
    return clip(one_line(", ".join(reached)), 600) or "no attempt to reach a host was seen"


def _outputs(audit: Audit, bounds: Bounds) -> list[Block]:
    fact = audit.original.outcome.outputs
    if fact.value is None:
        return [Paragraph(text="Not known: " + fact.reason)]
    manifest = fact.value
    if not manifest.count:
        return [Paragraph(text="The run left no file that was seen.")]
    rows: list[tuple[Cell, ...]] = [
        (
            mono(clip(one_line(file.path), 4096)),
            num(size(file.size)),
            mono(hex_of(file.digest) if file.digest else clip(one_line(file.reason), 200)),
        )
        for file in manifest.shown
    ]
    heads = (
        Head(name="File", kind="mono", width=28),
        Head(name="Size", kind="num", width=11),
        Head(name="SHA-256", kind="mono", width=61),
    )
    shown = bounded(rows, bounds.rows)
    listed = by_digest(manifest)
    root = Definitions(rows=(("Root digest", f"{hex_of(manifest.root)}{listed}"),))
    table = Table(
        caption="Output files",
        heads=heads,
        rows=shown,
        total=manifest.count,
        folded=len(rows) > 20,  # noqa: PLR2004
    )
    return [root, table]
