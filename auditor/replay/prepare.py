"""Everything before the first container of a replay: verify, choose, lock, download, build."""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor import locking
from auditor.errors import NotReplayedError
from auditor.locking import Progress, target_of
from auditor.model.facts import Gpus, Image
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Lock, Plan
from auditor.model.record import Record
from auditor.replay.base.find_python import find_python
from auditor.replay.base.python import target
from auditor.replay.engines import Engine
from auditor.replay.environment import keepsakes
from auditor.replay.environment.image import environment_image
from auditor.replay.foresee import environment_at, foresee, made_cache
from auditor.replay.options import Options
from auditor.replay.planning.entropy import entropy_plan
from auditor.replay.running.owner import remove_folders
from auditor.store.objects import Objects

__all__ = ["Prepared", "fed_with_entropy", "make_lock", "prepare"]


class Prepared(Record, frozen=True, kw_only=True):
    """A plan, the image that it runs in, and the fingerprint whose files were verified."""

    plan: Plan
    image: Image
    fingerprint: Fingerprint
    options: Options


def prepare(  # noqa: PLR0913 - everything that a replay stands on
    fingerprint: Fingerprint,
    objects: Objects,
    engine: Engine,
    options: Options,
    *,
    lock: Lock | None = None,
    tell: Progress,
    cache: Path | None = None,
    gpus: Gpus | None = None,
) -> Prepared:
    """Return a replay that is ready to be executed, any number of times.

    ``gpus`` are those of this machine, as far as that is known. ``lock`` is one that was made for
    this fingerprint before. Raises ``NotReplayedError`` naming every input that is missing or
    changed, before anything is built; or where there is no base, or the environment cannot be
    built. ``InputError`` for a path that is refused.
    """
    ready = foresee(
        fingerprint, objects, engine, options, lock=lock, tell=tell, cache=cache, gpus=gpus
    )
    engine.clean(images=False)
    remove_folders()
    image = environment_image(ready.plan, ready.chosen, ready.cache, engine, tell)
    return Prepared(
        plan=ready.plan, image=image, fingerprint=ready.fingerprint, options=ready.options
    )


def fed_with_entropy(prepared: Prepared, fingerprint: Fingerprint, objects: Objects) -> Prepared:
    """Return a replay whose unseeded generators draw what those of the run drew.

    Raises ``NotReplayedError`` where that was not recorded, ``InputError`` where it is damaged.
    """
    fed = entropy_plan(prepared.plan, fingerprint, objects)
    if isinstance(fed, str):
        raise NotReplayedError(fed)
    return msgspec.structs.replace(prepared, plan=fed)


def make_lock(
    fingerprint: Fingerprint, objects: Objects, tell: Progress, cache: Path | None = None
) -> Lock:
    """Return the lock of a run, without an engine; source distributions in it are not built yet.

    What comes from no index is kept in ``objects``.
    Raises ``NotReplayedError`` where the run's dependencies are not known.
    """
    dependencies = fingerprint.recipe.dependencies.value
    if dependencies is None:
        raise NotReplayedError(
            "which distributions were installed is not known, so there is nothing to lock"
        )
    environment = fingerprint.recipe.environment
    interpreter = environment.interpreter.value
    wanted = (
        target_of(interpreter, environment.libc.value)
        if interpreter is not None
        else target(find_python(fingerprint))
    )
    folder = made_cache(cache)
    made = locking.lock(dependencies, wanted, folder, tell, environment_at(fingerprint))
    keepsakes.store(made, folder, objects)
    return made
