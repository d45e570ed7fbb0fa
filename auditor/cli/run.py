"""``auditor run``."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from auditor.cli import output

if TYPE_CHECKING:
    from auditor.pipeline.run import Filed


@click.command(
    "run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("--name", default="", help="A name to find the run by.")
@click.option("--input", "inputs", multiple=True, metavar="P", help="A file the run reads.")
@click.option("--output", "outputs", multiple=True, metavar="P", help="A file the run writes.")
@click.option("--metrics", multiple=True, metavar="FILE", help="A JSON file of metrics.")
@click.option("--param", "params", multiple=True, metavar="K=V", help="A parameter of the run.")
@click.option(
    "--env", multiple=True, metavar="NAME", help="A variable whose value is recorded too."
)
@click.option(
    "--keep",
    type=output.size,
    default="64MiB",
    show_default=True,
    metavar="SIZE",
    help="Keep the contents of files up to this size.",
)
@click.option(
    "--trace",
    type=click.Choice(["auto", "python", "syscalls"]),
    default="auto",
    show_default=True,
    help="Besides the audit hook in every Python process, follow all programs (auto), see the files"
    " that they open too (syscalls), or do neither (python).",
)
@click.option("--lock", is_flag=True, help="Lock its distributions now, not when it is replayed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.argument("argv", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND…")
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    name: str,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    metrics: tuple[str, ...],
    params: tuple[str, ...],
    env: tuple[str, ...],
    keep: int,
    trace: str,
    lock: bool,  # noqa: FBT001 - a flag
    as_json: bool,  # noqa: FBT001 - a flag
    argv: tuple[str, ...],
) -> int:
    """Run a command and record everything its result rests on.

    A notebook as the command is executed; NAME.executed.ipynb is written beside it.

    Exits with the command's own status.
    """
    if not argv:
        raise click.UsageError("no command given; write: auditor run -- python train.py")
    if trace == "syscalls":
        _need_syscalls()
    from pathlib import Path  # noqa: PLC0415

    from auditor.pipeline.run import RunOptions, run  # noqa: PLC0415

    options = RunOptions(
        argv=argv,
        name=name,
        inputs=inputs,
        outputs=outputs,
        metrics=metrics,
        params=dict(pair(param) for param in params),
        keep=keep,
        env=tuple(public(name) for name in env),
        trace=trace,
    )
    filed = run(options, Path.cwd(), stdout=sys.stderr.buffer if as_json else None)
    from auditor.cli.filed import report  # noqa: PLC0415

    report(filed, as_json=as_json, what=shlex.join(argv))
    if lock:
        _lock(filed)
    return filed.status


def _need_syscalls() -> None:
    """Raise ``InputError`` where system calls cannot be watched."""
    from auditor.errors import InputError  # noqa: PLC0415
    from auditor.recorder.keep.syscalls.attach import why_not  # noqa: PLC0415

    reason = why_not()
    if reason:
        raise InputError(
            f"system calls cannot be watched here: {reason}", hint="leave --trace syscalls out"
        )


def _lock(filed: Filed) -> None:
    """Lock what was just recorded; the run has succeeded or failed whatever becomes of this."""
    from auditor.pipeline.lock import lock_filed  # noqa: PLC0415 - late: pip-tools

    with output.progress("locking") as tell:
        told = lock_filed(filed, tell)
    for line in told:
        output.talk(f"  {line}")


def public(name: str) -> str:
    """Return a variable's name. Raises ``click.UsageError`` for one that may be a secret."""
    from auditor.redaction import is_secret_name  # noqa: PLC0415

    if not name or "=" in name:
        raise click.UsageError(f"--env takes the name of a variable, not {name!r}")
    if is_secret_name(name):
        raise click.UsageError(f"--env {name}: its name is that of a secret, which is not recorded")
    return name


def pair(param: str) -> tuple[str, str]:
    """Return key and value of a ``K=V`` option. Raises ``click.UsageError``."""
    key, equals, value = param.partition("=")
    if not equals or not key:
        raise click.UsageError(f"--param takes KEY=VALUE, not {param!r}")
    return key, value
