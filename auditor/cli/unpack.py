"""``auditor unpack``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output
from auditor.errors import InputError
from auditor.model.digest import hex_of
from auditor.pipeline.bundle import is_bundle, unpack
from auditor.pipeline.project import store_of


@click.command("unpack")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(bundle: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Put what a bundle holds into this project's store."""
    if not bundle.is_file() or not is_bundle(bundle):
        raise InputError(f"{bundle} is not a bundle", hint="auditor pack REF -o BUNDLE.zip")
    store = store_of(Path.cwd())
    identity = unpack(bundle, store)
    path = store.fingerprints.place(identity)
    if as_json:
        output.json_document({"id": identity, "path": str(path)})
    else:
        click.echo(hex_of(identity))
        output.talk(f"  next: auditor replay {hex_of(identity)[:12]}")
    return 0
