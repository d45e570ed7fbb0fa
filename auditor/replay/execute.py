"""Carry a prepared replay out once, in a container that is gone afterwards."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.model.fact import Fact
from auditor.model.facts import Exit
from auditor.model.files import Manifest
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Limits, Plan
from auditor.model.record import Record
from auditor.replay.command import BIN
from auditor.replay.engines import Container, Ended, Engine
from auditor.replay.inputs import files_of
from auditor.replay.keep import keep_of
from auditor.replay.layout import OBSERVATION, RECORDER, lay_out
from auditor.replay.owner import MARK, PREFIX, owner
from auditor.replay.paths import absolute
from auditor.replay.prepare import Prepared
from auditor.replay.settle import settle, show_mounted
from auditor.replay.stdin import given
from auditor.replay.variables import HOME
from auditor.store.objects import Objects

__all__ = ["Executed", "execute"]

_TMP = "/tmp"  # noqa: S108 - in the container


class Executed(Record, frozen=True, kw_only=True):
    """What one replay left.

    ``observation`` is the recorder's folder, ``tree`` what became of the fresh tree. ``exit`` is
    set where a limit ended it, and ``reason`` then says so; otherwise the recorder knows. ``code``
    is the container's status; ``removed`` what in the tree led out of it.
    """

    observation: Path
    tree: Path
    code: int
    exit: Exit | None = None
    reason: str = ""
    removed: tuple[str, ...] = ()


@contextmanager
def execute(
    prepared: Prepared,
    objects: Objects,
    engine: Engine,
    number: int,
    *,
    processors: str = "",
) -> Iterator[Executed]:
    """Run the replay and yield what it left; its folder lives as long as the block.

    ``processors`` are those that it may use, as in ``Container``.
    Raises ``EngineError`` where the engine goes away, ``NotReplayedError`` where it refuses.
    """
    plan = prepared.plan
    with tempfile.TemporaryDirectory(
        prefix=f"{PREFIX}{number}-", ignore_cleanup_errors=True
    ) as name:
        work = Path(name)
        (work / MARK).write_text(owner(), encoding="utf-8")
        tree, observation = work / "tree", work / "observation"
        mounts = lay_out(plan, objects, work)
        _ask(observation / "request.json", plan, prepared.fingerprint)
        ended = engine.run(
            Container(
                image=prepared.image.id,
                argv=_argv(plan),
                user=plan.user,
                workdir=plan.workdir,
                variables=plan.variables,
                mounts=mounts,
                scratch=tuple(folder for folder in (_TMP, HOME) if folder != plan.root),
                limits=plan.limits,
                gpus=plan.gpus,
                processors=processors,
                talk=True,
            )
        )
        removed = settle(tree, plan.root)
        settle(observation)
        show_mounted(plan, tree)
        exit_, reason = _verdict(ended, plan.limits, observation)
        yield Executed(
            observation=observation,
            tree=tree,
            code=ended.code,
            exit=exit_,
            reason=reason,
            removed=removed,
        )


def _argv(plan: Plan) -> tuple[str, ...]:
    keeper = f"{RECORDER}/keeper.py"
    return (f"{BIN}/python", "-I", keeper, OBSERVATION, "--", *plan.argv)


def _ask(place: Path, plan: Plan, fingerprint: Fingerprint) -> None:
    """Write what the recorder is to look for besides what it sees by itself."""
    metrics = fingerprint.outcome.metrics.value or ()
    variables = fingerprint.recipe.environment.variables.value

    def at(path: str) -> str:
        return absolute(path, plan.root)

    def declared(files: Fact[Manifest]) -> list[str]:
        return [at(file.path) for file in files_of(files) if file.seen == "declared"]

    request = {
        "schema": "auditor.observation/1",
        "name": fingerprint.name,
        "root": plan.root,
        "cwd": plan.workdir,
        "inputs": declared(fingerprint.recipe.inputs),
        "outputs": declared(fingerprint.outcome.outputs),
        "metrics": sorted({at(metric.file) for metric in metrics if metric.file}),
        "params": {key: str(fact.value) for key, fact in fingerprint.recipe.params.items()},
        "keep": keep_of(fingerprint),
        "store": "",
        "stdin": given(plan.stdin),
        "variables": sorted(variables.values) if variables else [],
    }
    place.write_text(json.dumps(request), encoding="utf-8")
    place.chmod(0o644)


def _verdict(ended: Ended, limits: Limits, observation: Path) -> tuple[Exit | None, str]:
    if ended.timed_out:
        reason = f"it did not end within {limits.timeout:g} s and was stopped"
        return Exit(status="timed-out", code=ended.code, signal="SIGTERM"), reason
    if ended.out_of_memory:
        limit = f"its limit of {limits.memory} bytes" if limits.memory else "the machine's memory"
        reason = f"it ran out of memory: {limit} was not enough"
        return Exit(status="out-of-memory", code=ended.code, signal="SIGKILL"), reason
    if not any(path.name != "request.json" for path in observation.iterdir()):
        lines = [line for line in ended.output.splitlines() if line.strip()]
        said = lines[-1] if lines else f"status {ended.code}"
        return Exit(status="failed", code=ended.code), f"the recorder did not start: {said}"
    return None, ""
