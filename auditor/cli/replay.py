"""``auditor replay``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from auditor.cli import output

if TYPE_CHECKING:
    from auditor.pipeline.sequence import Times

_MOST = 10


@click.command("replay")
@click.argument("ref")
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
    type=click.Choice(["auto", "host"]),
    default="auto",
    show_default=True,
    help="What the image is made from.",
)
@click.option("--engine", type=click.Choice(["auto", "docker"]), default="auto", show_default=True)
@click.option("--network", type=click.Choice(["none", "bridge"]), default="none", show_default=True)
@click.option("--gpus", metavar="all|N|ID,…", help="Give the replay GPUs.")
@click.option("--timeout", type=output.positive, metavar="S")
@click.option("--memory", type=output.size, metavar="BYTES", help="At most so much memory.")
@click.option("--cpus", type=output.positive, metavar="N")
@click.option(
    "--map-path", "maps", multiple=True, metavar="OLD=NEW", help="An input lies elsewhere here."
)
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy (TOML).")
@click.option("--force", is_flag=True, help="Replay a run that was itself interrupted.")
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Write a report (.html, .pdf, .json).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the audit as JSON.")
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    ref: str,
    times: int | Literal["auto"],
    max_times: int | None,
    budget: float | None,
    image: str | None,
    base: str,
    engine: str,
    network: Literal["none", "bridge"],
    gpus: str | None,
    timeout: float | None,
    memory: int | None,
    cpus: float | None,
    maps: tuple[str, ...],
    policy: Path | None,
    force: bool,  # noqa: FBT001 - a flag
    reports: tuple[Path, ...],
    as_json: bool,  # noqa: FBT001 - a flag
) -> int:
    """Replay a run in a container, compare, and judge.

    REF is a fingerprint or bundle file, an id, a name, or latest. Exits with 0 if the result
    reproduced, 1 if it diverged, 3 if it could not be replayed, 4 if that is inconclusive.
    """
    from auditor.cli.verdict import conclude  # noqa: PLC0415
    from auditor.pipeline.replay import ReplayRequest, replay_ref  # noqa: PLC0415
    from auditor.replay import Options  # noqa: PLC0415

    if memory == 0:
        raise click.UsageError("--memory 0 leaves none; leave the option out for no limit")
    options = Options(
        image=image,
        base=base,
        engine=engine,
        network=network,
        gpus=gpus,
        timeout=timeout,
        memory=memory,
        cpus=cpus,
        map_paths=dict(_pair(text) for text in maps),
    )
    request = ReplayRequest(
        ref=ref,
        times=_times(times, max_times, budget),
        options=options,
        policy=policy,
        reports=reports,
        force=force,
    )
    with output.progress("replaying") as tell:
        replayed = replay_ref(request, Path.cwd(), tell)
    if replayed.problem is not None:
        output.talk(f"auditor: {replayed.problem.message}")
        if replayed.problem.hint:
            output.talk(f"  hint: {replayed.problem.hint}")
    return conclude(replayed.audit, reports, as_json=as_json)


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
