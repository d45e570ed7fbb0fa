"""``auditor report``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output


@click.command("report")
@click.argument("audit")
@click.option(
    "-o",
    "--output",
    "targets",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="FILE",
    help="Where to; .html, .pdf or .json. May be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(audit: str, targets: tuple[Path, ...], as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Write the report of an audit: a file, an id, or latest."""
    from auditor.pipeline.refs import find_audit  # noqa: PLC0415
    from auditor.pipeline.report import write_reports  # noqa: PLC0415

    with output.progress("writing the report") as tell:
        write_reports(find_audit(audit, Path.cwd()), targets, tell)
    if as_json:
        output.json_document({"paths": [str(target) for target in targets]})
    else:
        for target in targets:
            click.echo(str(target))
    return 0
