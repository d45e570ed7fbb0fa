"""Replay a run: plan (pure), image, container, observation.

``plan`` says what will be done, ``prepare`` makes everything ready for it, ``execute`` does it
once. ``engines`` are the container engines.
"""

from auditor.replay.base.registry import registry_of
from auditor.replay.engines import Engine
from auditor.replay.foresee import Foreseen, foresee
from auditor.replay.options import Options
from auditor.replay.planning.entropy import entropy_plan
from auditor.replay.planning.keep import keep_of
from auditor.replay.planning.plan import plan
from auditor.replay.prepare import Prepared, fed_with_entropy, make_lock, prepare
from auditor.replay.running.execute import Executed, execute
from auditor.replay.running.owner import remove_folders
from auditor.replay.tree.names import unrecorded

__all__ = [
    "Executed",
    "Foreseen",
    "Options",
    "Prepared",
    "clean",
    "entropy_plan",
    "execute",
    "fed_with_entropy",
    "foresee",
    "keep_of",
    "make_lock",
    "plan",
    "prepare",
    "registry_of",
    "unrecorded",
]


def clean(engine: Engine, *, images: bool = False) -> tuple[int, int]:
    """Remove containers and folders whose auditor is gone, and cached images if asked.

    Returns how many containers and how many images.
    Raises ``EngineError`` where the engine goes away.
    """
    removed = engine.clean(images=images)
    remove_folders()
    return removed
