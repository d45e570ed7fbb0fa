"""``auditor doctor``."""

from __future__ import annotations

import textwrap

import click

from auditor.cli import output
from auditor.cli.failure import MACHINE


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Name what this machine lacks, and the command that mends it."""
    from auditor.pipeline.doctor import examine  # noqa: PLC0415 - imports the engine's SDK

    with output.progress("looking at this machine"):
        checks = examine()
    if as_json:
        output.json_document({"checks": checks})
    else:
        for check in checks:
            word = "ok" if check.ok else ("MISSING" if check.needed else "absent")
            click.echo(_filled(f"{word:<8} {check.name}: {check.detail}"))
            if check.mend:
                click.echo(f"         mend it:\n    {check.mend}")
    return 0 if all(check.ok for check in checks if check.needed) else MACHINE


def _filled(line: str) -> str:
    return textwrap.fill(
        line, 80, subsequent_indent=" " * 9, break_long_words=False, break_on_hyphens=False
    )
