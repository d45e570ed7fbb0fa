"""``auditor gc``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output


@click.command("gc")
@click.option("--images", is_flag=True, help="Remove cached images as well.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(images: bool, as_json: bool) -> int:  # noqa: FBT001 - flags
    """Remove what killed replays left, and objects that nothing refers to."""
    from auditor.pipeline.gc import collect  # noqa: PLC0415 - imports the engine's SDK

    with output.progress("collecting"):
        collected = collect(Path.cwd(), images=images)
    if as_json:
        output.json_document(collected)
        return 0
    click.echo(
        f"removed {collected.containers} containers, {collected.images} images, "
        f"{collected.objects} objects ({collected.bytes / 1024**2:.1f} MiB)"
    )
    if collected.engine:
        output.talk(f"  containers and images were not looked at: {collected.engine}")
    return 0
