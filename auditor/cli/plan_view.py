"""What ``auditor replay --plan`` prints: a plan in words, for 80 columns."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import output

if TYPE_CHECKING:
    from auditor.model.plan import Limits, Lock, Plan
    from auditor.pipeline.plan import Planned
    from auditor.pipeline.replay.request import ReplayRequest

__all__ = ["show_plans"]

_WIDTH = 80


def show_plans(request: ReplayRequest, cwd: Path, folder: Path | None, *, as_json: bool) -> int:
    """Print the plan of every run that is meant, or write that of the only one to ``folder``.

    As JSON: the plan, or where there are several ``{"plans": […]}``. Returns the exit status.
    """
    from auditor.pipeline.plan import plan_ref  # noqa: PLC0415 - late: --help needs it not

    if folder is not None and len(request.refs) > 1:
        raise click.UsageError("-o takes the plan of one run")
    with output.progress("planning") as tell:
        found = [plan_ref(ref, request, cwd, tell, folder) for ref in request.refs]
    if as_json:
        plans = [one.plan for one in found]
        output.json_document(plans[0] if len(plans) == 1 else {"plans": plans})
        return 0
    for one in found:
        for line in _lines(one):
            click.echo(line)
    return 0


def _lines(planned: Planned) -> Iterator[str]:
    """Yield the plan; a long line of the Dockerfile is folded."""
    from auditor.model.digest import hex_of  # noqa: PLC0415 - late: --help needs it not

    plan = planned.plan
    yield from _part("run", [hex_of(planned.id)])
    yield from _part("command", [shlex.join(plan.argv), f"in {plan.workdir} as user {plan.user}"])
    yield from _part("image", [plan.base.reference, f"{plan.base.kind}: {plan.base.reason}"])
    yield from _part("first, a replay will", planned.first)
    yield from _part("Dockerfile", plan.dockerfile.splitlines())
    yield from _part("lock", _lock(plan.lock))
    yield from _part("mounts", _mounts(plan))
    yield from _part("variables", [f"{name}={plan.variables[name]}" for name in plan.variables])
    yield from _part("limits", _limits(plan.limits, plan.gpus))
    rows = [*plan.lock.unlocked, *plan.lock.remarks, *plan.unhonoured]
    known = dict.fromkeys(f"{row.subject}: {row.reason}" for row in rows)
    yield from _part("not honoured", known or ["nothing: all that was recorded is restored"])
    if planned.folder is not None:
        yield from _part("written", [f"{planned.folder}: sh run.sh builds and runs it"])


def _part(title: str, rows: Iterable[str]) -> Iterator[str]:
    from auditor.render.text import one_line  # noqa: PLC0415 - late: --help needs it not

    shown = [one_line(row) for row in rows]
    if shown:
        yield f"{title}:"
    for row in shown:
        yield from textwrap.wrap(
            row,
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="      ",
            break_on_hyphens=False,
            replace_whitespace=False,
            drop_whitespace=True,
        ) or [""]


def _lock(lock: Lock) -> Iterator[str]:
    from auditor.model.digest import hex_of  # noqa: PLC0415 - late: --help needs it not

    for wheel in sorted(lock.wheels, key=lambda one: one.name):
        how = "" if wheel.file.endswith(".whl") else ", built from source"
        how += ", kept with the run" if wheel.kept else ""
        yield f"{wheel.name}=={wheel.version}  sha256:{hex_of(wheel.digest)[:16]}{how}"


def _mounts(plan: Plan) -> Iterator[str]:
    from auditor.model.files import count_of  # noqa: PLC0415 - late: --help needs it not
    from auditor.render.text import plural  # noqa: PLC0415 - as above

    yield f"{plan.root}: a fresh tree of {plural(count_of(plan.files), 'recorded file')}"
    for mount in plan.mounts:
        kind, _colon, rest = mount.source.partition(":")
        source = {"tree": "of the tree", "object": f"from the store, {rest[:23]}"}.get(kind)
        way = "read-only" if mount.read_only else "writable"
        yield f"{mount.target}: {way}, {source or mount.source}"
    if plan.stdin.digest is not None:
        yield "standard input: what the run read"


def _limits(limits: Limits, gpus: str | None) -> Iterator[str]:
    from auditor.render.text import size  # noqa: PLC0415 - late: --help needs it not

    def of(value: int | None) -> str:
        return "no limit" if value is None else size(value)

    cpus = "all" if limits.cpus is None else f"{limits.cpus:g}"
    seconds = "no limit" if limits.timeout is None else f"{limits.timeout:g} s"
    yield f"network {limits.network}, time {seconds}, processors {cpus}, GPUs {gpus or 'none'}"
    yield f"memory {of(limits.memory)}, shared memory {of(limits.shm)}, processes {limits.pids}"
    yield f"disk {of(limits.disk)}, one file {of(limits.file)}, each stream {of(limits.log)}"
