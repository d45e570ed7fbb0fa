"""What becomes of one replayed run or of several, as it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import output
from auditor.cli.live import watching
from auditor.cli.verdict import EXIT, conclude

if TYPE_CHECKING:
    from auditor.errors import AuditorError
    from auditor.pipeline.replay import ReplayRequest

__all__ = ["replayed"]

_WORST_FIRST = (130, 70, 5, 74, 1, 3, 4, 2, 0)


def replayed(request: ReplayRequest, cwd: Path, *, as_json: bool) -> int:
    """Replay what is meant, print what becomes of it as it comes, and return the status."""
    one = len(request.refs) == 1
    return (_one if one else _several)(request, cwd, as_json=as_json)


def _one(request: ReplayRequest, cwd: Path, *, as_json: bool) -> int:
    from auditor.pipeline.replay import Failed, replay_refs  # noqa: PLC0415 - late: slow

    with watching(request.refs) as watch:
        [done] = replay_refs(request, cwd, watch)
    if isinstance(done, Failed):
        raise done.error
    _say(done.problem)
    return conclude(done.audit, done.reports, as_json=as_json)


def _several(request: ReplayRequest, cwd: Path, *, as_json: bool) -> int:
    """Print what becomes of each run as it comes; return the status that holds for all."""
    from auditor.pipeline.replay import Failed, replay_refs  # noqa: PLC0415 - late: slow

    audits, statuses = [], set[int]()
    with watching(request.refs) as watch:
        for done in replay_refs(request, cwd, watch):
            watch(done.ref, "")
            with watch.aside():
                _say(done.error if isinstance(done, Failed) else done.problem, of=done.ref)
                if isinstance(done, Failed):
                    statuses.add(done.error.exit_code)
                    continue
                statuses.add(EXIT[done.audit.verdict])
                audits.append(done.audit)
                if not as_json:
                    click.echo(f"{done.ref}:")
                    conclude(done.audit, done.reports, as_json=False)
    if as_json:
        output.json_document({"audits": audits})
    return next(status for status in _WORST_FIRST if status in statuses)


def _say(problem: AuditorError | None, of: str = "") -> None:
    if problem is None:
        return
    for line in (problem.message, *problem.details):
        output.talk(f"auditor: {of}{': ' if of else ''}{line}")
    if problem.hint:
        output.talk(f"  hint: {problem.hint}")
