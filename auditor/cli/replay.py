"""``auditor replay``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from auditor.cli import output

if TYPE_CHECKING:
    from auditor.pipeline.sequence import Times

_MOST = 10


@click.command("replay")
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option(
    "--times",
    type=output.count_or_auto,
    default=2,
    show_default=True,
    metavar="N|auto",
    help="How often, or auto: one by one until the verdict is settled.",
)
@click.option(
    "--max-times",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="With --times auto: at most so often.  [default: 10]",
)
@click.option(
    "--budget",
    type=output.positive,
    metavar="S",
    help="With --times auto: start none after so many seconds.",
)
@click.option("--image", metavar="REF", help="Replay in this image.")
@click.option(
    "--base",
    type=click.Choice(["auto", "registry", "host"]),
    default="auto",
    show_default=True,
    help="What the image is made from.",
)
@click.option(
    "--engine", type=click.Choice(["auto", "docker", "podman"]), default="auto", show_default=True
)
@click.option("--network", type=click.Choice(["none", "bridge"]), default="none", show_default=True)
@click.option("--gpus", metavar="all|N|ID,…", help="Give the replay GPUs.")
@click.option("--allow-cpu", is_flag=True, help="Go on without the GPUs that the run had.")
@click.option("--timeout", type=output.positive, metavar="S")
@click.option("--memory", type=output.size, metavar="BYTES", help="At most so much memory.")
@click.option("--cpus", type=output.positive, metavar="N")
@click.option("--disk", type=output.size, metavar="BYTES", help="It may write so much in all.")
@click.option("--log", type=output.size, metavar="BYTES", help="It may print so much a stream.")
@click.option("--same-user", is_flag=True, help="Name and home of the user as recorded.")
@click.option(
    "--map-path", "maps", multiple=True, metavar="OLD=NEW", help="An input lies elsewhere here."
)
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy (TOML).")
@click.option(
    "--force",
    is_flag=True,
    help="Replay a run that was itself interrupted, or made on another architecture.",
)
@click.option(
    "--entropy",
    type=click.Choice(["recorded"]),
    help="Replay as often again, fed with what unseeded generators drew: it shows a cause.",
)
@click.option(
    "--executor",
    default="local",
    show_default=True,
    metavar="local|dask:ADDRESS",
    help="Who replays: this machine, or the workers of a Dask cluster.",
)
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Write a report (.html, .pdf, .json).",
)
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Print what a replay would do, and do nothing but make the lock.",
)
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="With --plan: write all that is needed to do it by hand with Docker.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the audit, or the plan, as JSON.")
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    refs: tuple[str, ...],
    times: int | Literal["auto"],
    max_times: int | None,
    budget: float | None,
    image: str | None,
    base: str,
    engine: str,
    network: Literal["none", "bridge"],
    gpus: str | None,
    allow_cpu: bool,  # noqa: FBT001 - a flag
    timeout: float | None,
    memory: int | None,
    cpus: float | None,
    disk: int | None,
    log: int | None,
    same_user: bool,  # noqa: FBT001 - a flag
    maps: tuple[str, ...],
    policy: Path | None,
    force: bool,  # noqa: FBT001 - a flag
    entropy: str | None,
    executor: str,
    reports: tuple[Path, ...],
    plan_only: bool,  # noqa: FBT001 - a flag
    folder: Path | None,
    as_json: bool,  # noqa: FBT001 - a flag
) -> int:
    """Replay runs in containers, compare, and judge.

    REF is a fingerprint or bundle file, an id, a name, or latest. Exits with 0 if the result
    reproduced, 1 if it diverged, 3 if it could not be replayed, 4 if that is inconclusive; of
    several with the first that holds of 5, 74, 1, 3, 4, 2, 0. Their reports have the run's id in
    the name.
    """
    from auditor.cli.plan_view import show_plans  # noqa: PLC0415
    from auditor.cli.replayed import replayed  # noqa: PLC0415
    from auditor.pipeline.replay import ReplayRequest  # noqa: PLC0415
    from auditor.replay import Options, registry_of  # noqa: PLC0415

    for name, given in (("memory", memory), ("disk", disk), ("log", log)):
        if given == 0:
            raise click.UsageError(f"--{name} 0 leaves none; leave the option out")
    options = Options(
        image=image,
        base=base,
        engine=engine,
        network=network,
        gpus=gpus,
        allow_cpu=allow_cpu,
        timeout=timeout,
        memory=memory,
        cpus=cpus,
        disk=disk,
        log=log,
        registry=registry_of(os.environ),
        same_user=same_user,
        other_machine=force,
        map_paths=dict(_pair(text) for text in maps),
    )
    request = ReplayRequest(
        refs=refs,
        times=_times(times, max_times, budget),
        options=options,
        policy=policy,
        reports=reports,
        force=force,
        executor=executor,
        entropy=entropy is not None,
    )
    if plan_only:
        return show_plans(request, Path.cwd(), folder, as_json=as_json)
    if folder is not None:
        raise click.UsageError("-o goes with --plan; --report writes a report")
    return replayed(request, Path.cwd(), as_json=as_json)


def _times(times: int | Literal["auto"], most: int | None, budget: float | None) -> Times:
    from auditor.pipeline.sequence import Times  # noqa: PLC0415 - late: --help needs it not

    if times == "auto":
        return Times(most=_MOST if most is None else most, budget=budget)
    if most is not None or budget is not None:
        raise click.UsageError("--max-times and --budget go with --times auto")
    return Times(least=times, most=times)


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals or not old or not new:
        raise click.UsageError(f"--map-path takes OLD=NEW, not {text!r}")
    return old, new
