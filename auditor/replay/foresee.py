"""What a replay will do, from the fingerprint to its whole plan, before anything is built."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Literal

import msgspec

from auditor.errors import MachineError
from auditor.locking import Environment, Progress, cache_folder, environment_of
from auditor.model.facts import Gpus
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Base, Lock, Plan
from auditor.model.record import Record
from auditor.replay.base.choose import Chosen, choose_base
from auditor.replay.base.look import look_for_base
from auditor.replay.base.python import target
from auditor.replay.engines import Engine
from auditor.replay.engines.flags import flags
from auditor.replay.environment import keepsakes
from auditor.replay.environment.dockerfile import dockerfile
from auditor.replay.environment.image import environment_tag, pip_path
from auditor.replay.environment.obtain import is_current, lock_for, obtain
from auditor.replay.options import NOBODY, Options
from auditor.replay.planning.complete import completed
from auditor.replay.planning.cpus import cpus_of
from auditor.replay.planning.gpu import gpus_of
from auditor.replay.planning.limits import default_limits, room_here
from auditor.replay.planning.plan import plan
from auditor.replay.running.container import container_of
from auditor.replay.tree.inputs import verified
from auditor.replay.tree.names import names_of
from auditor.store.objects import Objects

__all__ = ["Foreseen", "Need", "environment_at", "foresee", "made_cache"]

Need = Literal["plan", "image", "files"]


class Foreseen(Record, frozen=True, kw_only=True):
    """A plan; the base it stands on; the fingerprint whose files were verified; where wheels are.

    Where it was only looked at, the base may be one without layers that a replay would make.
    """

    plan: Plan
    chosen: Chosen
    fingerprint: Fingerprint
    options: Options
    cache: Path


def foresee(  # noqa: PLR0913 - everything that a replay stands on
    fingerprint: Fingerprint,
    objects: Objects,
    engine: Engine,
    options: Options,
    *,
    lock: Lock | None,
    tell: Progress,
    cache: Path | None = None,
    need: Need = "image",
    gpus: Gpus | None = None,
) -> Foreseen:
    """Return the whole plan, and what is needed of the rest there.

    ``need`` only the *plan*, and nothing is fetched or made for it but the lock; the *image*, and
    wheels are in the cache unless it is built; or all *files*. ``gpus`` are those of this machine,
    as far as that is known. Raises as ``prepare``.
    """
    look_only = need == "plan"
    tell("verifying the inputs")
    placed, options = verified(
        fingerprint, objects, options, tell=tell, cache=cache, fetch=not look_only
    )
    able = engine.abilities()
    # Of an engine elsewhere the number of processors is known, and its GPUs it has to say itself.
    processors = len(os.sched_getaffinity(0)) if able.shares_files else able.processors or 1
    wanted, without = gpus_of(placed, options, gpus if able.shares_files else None)
    options = msgspec.structs.replace(options, user=options.user or _user(), gpus=wanted)
    nothing = Lock(requirements="")
    plan(placed, nothing, Base(kind="host", reference="", reason=""), options)  # refuses early
    folder = made_cache(cache)
    pinned = lock.base if lock is not None else None
    choose = look_for_base if look_only else choose_base
    chosen = choose(placed, engine, options, tell, cache=folder, pinned=pinned)
    if look_only:
        locked = _looked_up(placed, lock, chosen, folder, tell, objects)
    elif need == "image" and lock is not None and _is_built(lock, placed, chosen, engine):
        locked = lock
    else:
        locked = _obtained(placed, lock, chosen, folder, engine, options, tell, objects)
    made = plan(placed, locked, chosen.base, options)
    made = msgspec.structs.replace(
        made,
        dockerfile=dockerfile(chosen.base, pip_path(chosen.python, locked)),
        limits=default_limits(
            options,
            placed,
            room_here(able.memory),
            at_once=_at_once(placed, options, processors),
        ),
    )
    made = completed(made, chosen, placed, options, names_of(made, objects), processors)
    made = msgspec.structs.replace(
        made,
        flags=_flags(made, engine),
        unhonoured=(*made.unhonoured, *without, *engine.unenforced(made.limits)),
    )
    return Foreseen(plan=made, chosen=chosen, fingerprint=placed, options=options, cache=folder)


def environment_at(fingerprint: Fingerprint) -> Environment | None:
    """Return the environment of the run, while it is still on this machine."""
    recipe = fingerprint.recipe
    return environment_of(recipe.environment.interpreter.value, recipe.root)


def made_cache(cache: Path | None) -> Path:
    """Return the cache, made where it is not there. Raises ``MachineError``."""
    folder = cache or cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # inputs of this user lie there
    except OSError as error:
        raise MachineError(
            f"cannot make the cache {folder}: {error.strerror}", hint="set AUDITOR_CACHE"
        ) from None
    return folder


def _looked_up(
    fingerprint: Fingerprint,
    given: Lock | None,
    chosen: Chosen,
    cache: Path,
    tell: Progress,
    objects: Objects,
) -> Lock:
    dependencies = fingerprint.recipe.dependencies.value or ()
    wanted = target(chosen.python)
    found = lock_for(dependencies, given, wanted, cache, tell, environment_at(fingerprint))
    if found is not given:
        keepsakes.store(found, cache, objects)
    return found


def _obtained(  # noqa: PLR0913, PLR0917 - one call, split for its length
    fingerprint: Fingerprint,
    given: Lock | None,
    chosen: Chosen,
    cache: Path,
    engine: Engine,
    options: Options,
    tell: Progress,
    objects: Objects,
) -> Lock:
    return obtain(
        fingerprint.recipe.dependencies.value or (),
        given,
        chosen,
        cache,
        engine,
        options.user,
        tell,
        environment=environment_at(fingerprint),
        objects=objects,
    )


def _is_built(lock: Lock, fingerprint: Fingerprint, chosen: Chosen, engine: Engine) -> bool:
    dependencies = fingerprint.recipe.dependencies.value or ()
    current = is_current(lock, dependencies, target(chosen.python))
    return current and engine.images.find(environment_tag(chosen, lock)) is not None


def _at_once(fingerprint: Fingerprint, options: Options, processors: int) -> int:
    """Return how many replays there are processors for, side by side."""
    cpus, _rows = cpus_of(fingerprint, options, processors)
    return 1 if cpus is None else max(1, processors // math.ceil(cpus))


def _flags(made: Plan, engine: Engine) -> tuple[str, ...]:
    support = engine.abilities().gpus if made.gpus is not None else ""
    return flags(container_of(made, "", argv=made.argv), support)


def _user() -> str:
    return NOBODY if os.geteuid() == 0 else f"{os.geteuid()}:{os.getegid()}"
