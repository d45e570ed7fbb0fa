"""``auditor pack``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output


@click.command("pack")
@click.argument("ref")
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), required=True, metavar="BUNDLE.zip"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(ref: str, target: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Put a run into one file that can be replayed elsewhere."""
    from auditor.pipeline.pack import pack_ref  # noqa: PLC0415 - locking is slow to import

    with output.progress("packing") as tell:
        packed = pack_ref(ref, target, Path.cwd(), tell)
    if as_json:
        output.json_document({"path": str(target)})
        return 0
    click.echo(str(target))
    for path in packed.absent:
        output.talk(f"  not in it (larger than --keep, or unreadable): {path}")
    if packed.unlocked:
        output.talk(f"  not locked: {packed.unlocked}")
    return 0
