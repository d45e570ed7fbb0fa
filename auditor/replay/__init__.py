"""Replay a run: plan (pure), image, container, observation.

``plan`` says what will be done, ``prepare`` makes everything ready for it, ``execute`` does it
once. ``engines`` are the container engines.
"""

from auditor.replay.engines import Engine
from auditor.replay.execute import Executed, execute
from auditor.replay.keep import keep_of
from auditor.replay.names import unrecorded
from auditor.replay.options import Options
from auditor.replay.owner import remove_folders
from auditor.replay.plan import plan
from auditor.replay.prepare import Prepared, make_lock, prepare

__all__ = [
    "Executed",
    "Options",
    "Prepared",
    "clean",
    "execute",
    "keep_of",
    "make_lock",
    "plan",
    "prepare",
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
