"""Everything before the first container of a replay: verify, choose, lock, download, build."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from auditor import locking
from auditor.errors import MachineError, NotReplayedError
from auditor.locking import Progress, cache_folder, target_of
from auditor.model.facts import Image
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Base, Lock, Plan
from auditor.model.record import Record
from auditor.replay.base import choose_base, differences, find_python
from auditor.replay.dockerfile import dockerfile
from auditor.replay.engines import Engine
from auditor.replay.environment import environment_image, pip_path
from auditor.replay.inputs import verified
from auditor.replay.obtain import obtain
from auditor.replay.options import NOBODY, Options
from auditor.replay.owner import remove_folders
from auditor.replay.plan import plan
from auditor.replay.python import target
from auditor.store.objects import Objects

__all__ = ["Prepared", "make_lock", "prepare"]


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
) -> Prepared:
    """Return a replay that is ready to be executed, any number of times.

    ``lock`` is one that was made for this fingerprint before. Raises ``NotReplayedError`` naming
    every input that is missing or changed, before anything is built; or where there is no base,
    or the environment cannot be built. ``InputError`` for a path that is refused.
    """
    tell("verifying the inputs")
    placed = verified(fingerprint, objects, options)
    options = msgspec.structs.replace(options, user=options.user or _user())
    nothing = Lock(requirements="")
    plan(placed, nothing, Base(kind="host", reference="", reason=""), options)  # refuses early
    engine.clean(images=False)
    remove_folders()
    folder = _made(cache or cache_folder())
    chosen = choose_base(placed, engine, options, tell)
    dependencies = placed.recipe.dependencies.value or ()
    locked = obtain(dependencies, lock, chosen, folder, engine, options.user, tell)
    made = plan(placed, locked, chosen.base, options)
    made = msgspec.structs.replace(
        made,
        dockerfile=dockerfile(chosen.base, pip_path(chosen.python, locked)),
        unhonoured=(*differences(chosen.python, placed), *made.unhonoured),
    )
    image = environment_image(made, chosen, folder, engine, tell)
    return Prepared(plan=made, image=image, fingerprint=placed, options=options)


def make_lock(fingerprint: Fingerprint, tell: Progress, cache: Path | None = None) -> Lock:
    """Return the lock of a run, without an engine; source distributions in it are not built yet.

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
    return locking.lock(dependencies, wanted, _made(cache or cache_folder()), tell)


def _user() -> str:
    return NOBODY if os.geteuid() == 0 else f"{os.geteuid()}:{os.getegid()}"


def _made(cache: Path) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(
            f"cannot make the cache {cache}: {error.strerror}", hint="set AUDITOR_CACHE"
        ) from None
    return cache
