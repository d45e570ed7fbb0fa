"""Carry a prepared replay out once, in a container that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.errors import MachineError
from auditor.model.facts import Exit
from auditor.model.plan import Plan
from auditor.model.record import Record
from auditor.replay.engines import Engine
from auditor.replay.planning.command import BIN
from auditor.replay.prepare import Prepared
from auditor.replay.running.container import container_of
from auditor.replay.running.disk import Disk
from auditor.replay.running.ending import ending
from auditor.replay.running.pulse import Pulse
from auditor.replay.running.request import ask, name_server, request_of
from auditor.replay.tree.layout import OBSERVATION, RECORDER, lay_out
from auditor.replay.tree.names import names_of
from auditor.replay.tree.order import place_for
from auditor.replay.tree.settle import settle, show_mounted
from auditor.replay.tree.work import work_folder
from auditor.store.objects import Objects

__all__ = ["Executed", "execute"]


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
    Raises ``EngineError`` where the engine goes away, ``NotReplayedError`` where it refuses,
    ``MachineError`` where the disk does.
    """
    plan = prepared.plan
    request = request_of(plan, prepared.fingerprint)
    with work_folder(number, place_for(plan, names_of(plan, objects)).folder) as work:
        tree, observation = work / "tree", work / "observation"
        pulse = Pulse(work)
        mounts = (*lay_out(plan, objects, work), *name_server(plan, work), pulse.mount)
        ask(observation, request)
        disk = Disk((tree, observation), plan.limits.disk)

        def watch() -> str:
            pulse.beat()
            return disk()

        ended = engine.run(
            container_of(
                plan,
                prepared.image.id,
                argv=_argv(plan),
                mounts=mounts,
                processors=processors,
                watch=watch,
            )
        )
        try:
            removed = settle(tree, plan.root)
            settle(observation)
            show_mounted(plan, tree)
            ask(observation, request)  # what it was asked is not for the run to say
            exit_, reason = ending(ended, plan.limits, observation, disk.grown())
        except OSError as error:
            raise MachineError(f"cannot read what the replay left: {error}") from None
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
