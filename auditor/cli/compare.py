"""``auditor compare``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output


@click.command("compare")
@click.argument("a")
@click.argument("b")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy (TOML).")
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Write a report (.html, .pdf, .json).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the audit as JSON.")
def command(
    a: str,
    b: str,
    policy: Path | None,
    reports: tuple[Path, ...],
    as_json: bool,  # noqa: FBT001
) -> int:
    """Compare two recorded runs."""
    from auditor.cli.verdict import conclude  # noqa: PLC0415
    from auditor.pipeline.compare import compare_refs  # noqa: PLC0415

    with output.progress("comparing") as tell:
        audit = compare_refs(a, b, policy, Path.cwd(), reports=reports, tell=tell)
    return conclude(audit, reports, as_json=as_json)
