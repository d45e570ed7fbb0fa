"""``auditor fingerprint``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output


@click.command("fingerprint")
@click.argument("source")
@click.option("--from", "system", type=click.Choice(["folder"]), help="The kind of source.")
@click.option("--list", "only_list", is_flag=True, help="List the runs that the source holds.")
@click.option("--command", "line", default="", metavar="COMMAND", help="What was executed.")
@click.option("--name", default="", help="A name to find the run by.")
@click.option("--input", "inputs", multiple=True, metavar="P", help="A file the run read.")
@click.option("--output", "outputs", multiple=True, metavar="P", help="A file the run wrote.")
@click.option("--metrics", multiple=True, metavar="FILE", help="A JSON file of its metrics.")
@click.option("--param", "params", multiple=True, metavar="K=V", help="A parameter of the run.")
@click.option("--requirements", default="", metavar="FILE", help="What was installed, pinned.")
@click.option("--log", default="", metavar="FILE", help="What the run printed.")
@click.option(
    "-o", "target", type=click.Path(path_type=Path), metavar="FILE", help="Write it here as well."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    source: str,
    system: str | None,
    only_list: bool,  # noqa: FBT001 - a flag
    line: str,
    name: str,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    metrics: tuple[str, ...],
    params: tuple[str, ...],
    requirements: str,
    log: str,
    target: Path | None,
    as_json: bool,  # noqa: FBT001 - a flag
) -> int:
    """Fingerprint a run that already ended.

    SOURCE is the folder it was made in; say what is known of it with the options. Every fact is
    labelled recorded, derived, declared or unknown.
    """
    from auditor.cli.filed import report  # noqa: PLC0415 - late: --help needs none of it
    from auditor.cli.run import pair  # noqa: PLC0415
    from auditor.importers import Declared  # noqa: PLC0415
    from auditor.pipeline.fingerprint import fingerprint_source, list_source  # noqa: PLC0415
    from auditor.store.atomic import write  # noqa: PLC0415

    if only_list:
        return _list(list_source(source, system), as_json=as_json)
    said = Declared(
        command=line,
        name=name,
        inputs=inputs,
        outputs=outputs,
        metrics=metrics,
        params=dict(pair(param) for param in params),
        requirements=requirements,
        log=log,
    )
    with output.progress("reading the run"):
        filed = fingerprint_source(source, system, said, Path.cwd())
    if target is not None:
        write(target, filed.path.read_bytes())
    report(filed, as_json=as_json, what=source)
    return 0


def _list(runs: tuple[object, ...], *, as_json: bool) -> int:
    fields = ("source", "name", "status")
    rows = [{field: getattr(run, field) for field in fields} for run in runs]
    if as_json:
        output.json_document(rows)
    else:
        for row in rows:
            click.echo("  ".join(row.values()))
    return 0
