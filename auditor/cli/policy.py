"""``auditor policy``."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import output


@click.command("policy")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy (TOML).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(policy: Path | None, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Show the policy that a replay would be judged by, whole.

    It is FILE, else auditor.toml in the project root, else [tool.auditor] in its pyproject.toml,
    else the default. What is printed loads again to the same policy.
    """
    from auditor.model.policy import policy_digest  # noqa: PLC0415
    from auditor.pipeline.policy import load_policy  # noqa: PLC0415
    from auditor.pipeline.policy.toml import as_toml  # noqa: PLC0415
    from auditor.pipeline.project import project_root  # noqa: PLC0415

    declared = load_policy(policy, project_root(Path.cwd()))
    digest = policy_digest(declared.policy)
    place = declared.source.place
    if as_json:
        found = {"digest": digest, "source": place, "policy": declared.policy}
        output.json_document(found)
        return 0
    click.echo(f"# {digest}")
    click.echo(as_toml(declared.policy), nl=False)
    output.talk(f"from: {place}")
    return 0
