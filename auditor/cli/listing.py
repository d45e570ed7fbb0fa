"""``auditor list``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output
from auditor.model.digest import hex_of
from auditor.pipeline.project import store_of


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> int:  # noqa: FBT001 - a flag
    """List the fingerprints of this project, newest first."""
    entries = store_of(Path.cwd()).index.entries()
    if as_json:
        fields = ("id", "name", "command", "status", "started")
        output.json_document([{f: getattr(entry, f) for f in fields} for entry in entries])
        return 0
    if not entries:
        output.talk("nothing is recorded here yet: auditor run -- python train.py")
    for entry in entries:
        told = entry.problem or f"{entry.started[:16].replace('T', ' ')}  {entry.command}"
        name = f"{entry.name}  " if entry.name else ""
        click.echo(f"{hex_of(entry.id)[:12]}  {entry.status:<11}  {name}{told}")
    return 0
