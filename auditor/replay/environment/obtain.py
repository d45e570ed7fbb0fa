"""From captured distributions to wheels in the cache: lock, download, build, and check."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name

from auditor import locking
from auditor.errors import EngineError, NotReplayedError
from auditor.locking import (
    Environment,
    Keeper,
    Progress,
    Target,
    content_digest,
    fetch,
    fits,
    pins_of,
    place,
    supported,
    with_built,
    with_kept,
    with_remark,
    without,
)
from auditor.model.facts import Distribution
from auditor.model.plan import Lock
from auditor.replay.base.choose import Chosen
from auditor.replay.base.python import target
from auditor.replay.engines import Engine
from auditor.replay.environment.build_wheel import build_wheel
from auditor.replay.environment.keepsakes import restore, store
from auditor.store.objects import Objects

__all__ = ["is_current", "lock_for", "obtain"]


def obtain(  # noqa: PLR0913, PLR0917 - everything that decides what is installed
    dependencies: tuple[Distribution, ...],
    given: Lock | None,
    chosen: Chosen,
    cache: Path,
    engine: Engine,
    user: str,
    progress: Progress,
    *,
    environment: Environment | None = None,
    objects: Objects | None = None,
) -> Lock:
    """Return the lock, with every file of it a wheel in the cache.

    What cannot be locked, downloaded or built is an entry of ``unlocked``, never the end. A wheel
    that is not what was installed is replaced by one that is packed from ``environment``, while
    that is still there, and remarked in any case. What comes from no index is kept in ``objects``.
    """
    wanted = target(chosen.python)
    lock = lock_for(dependencies, given, wanted, cache, progress, environment)
    failures = _failed(lock, cache, progress, objects)
    if failures and lock is given:  # made elsewhere, with wheels that were built there
        lock = locking.lock(dependencies, wanted, cache, progress, environment)
        failures = _failed(lock, cache, progress, objects)
    lock = without(lock, failures)
    lock = _built(lock, chosen, cache, engine, user, progress)
    if lock is not given:
        lock = _as_captured(lock, dependencies, cache, Keeper(environment, cache, wanted))
    if objects is not None:
        store(lock, cache, objects)
    return lock


def lock_for(
    dependencies: tuple[Distribution, ...],
    given: Lock | None,
    wanted: Target,
    cache: Path,
    progress: Progress,
    environment: Environment | None,
) -> Lock:
    """Return the lock that came with the fingerprint where it is whole and fits, else a new one."""
    if given is not None and is_current(given, dependencies, wanted):
        return given
    if given is not None and not _fits(given, dependencies, wanted):
        given = None
    made = locking.lock(dependencies, wanted, cache, progress, environment)
    if given is not None and len(given.unlocked) <= len(made.unlocked):
        return given
    return made


def is_current(given: Lock, dependencies: tuple[Distribution, ...], wanted: Target) -> bool:
    """Say whether a lock is as whole as one made now could be, and fits."""
    _pins, hopeless = pins_of(dependencies)
    return _fits(given, dependencies, wanted) and len(given.unlocked) <= len(hopeless)


def _fits(given: Lock, dependencies: tuple[Distribution, ...], wanted: Target) -> bool:
    versions: dict[str, str] = {canonicalize_name(one.name): one.version for one in dependencies}
    tags = supported(wanted)
    return all(
        versions.get(wheel.name) == wheel.version
        and (not wheel.file.endswith(".whl") or fits(wheel.file, tags))
        for wheel in given.wheels
    )


def _failed(lock: Lock, cache: Path, progress: Progress, objects: Objects | None) -> dict[str, str]:
    if objects is not None:
        restore(lock, cache, objects)
    try:
        failures = fetch(lock, cache, progress)
    except NotReplayedError as error:
        failures = {w.file: error.message for w in lock.wheels if not locking.cached(cache, w)}
    return {file: f"could not be downloaded: {reason}" for file, reason in failures.items()}


def _built(
    lock: Lock, chosen: Chosen, cache: Path, engine: Engine, user: str, progress: Progress
) -> Lock:
    for source in lock.wheels:
        if source.file.endswith(".whl"):
            continue
        progress(f"building {source.name} {source.version} from source")
        try:
            built = build_wheel(source, chosen, cache, engine, user)
        except EngineError:
            raise
        except NotReplayedError as error:
            lock = without(lock, {source.file: error.message})
        else:
            lock = with_built(lock, source, built)
    return lock


def _as_captured(
    lock: Lock, dependencies: tuple[Distribution, ...], cache: Path, keeper: Keeper
) -> Lock:
    """Compare every wheel with what was captured, before anything is installed."""
    captured: dict[str, Distribution] = {canonicalize_name(one.name): one for one in dependencies}
    for wheel in lock.wheels:
        one = captured.get(wheel.name)
        if wheel.kept or one is None or one.digest is None:
            continue
        if content_digest(place(cache, wheel)) == one.digest:
            continue
        differs = f"{wheel.file} has other files than were installed"
        try:
            kept, how = keeper.keep(one)
        except NotReplayedError as error:
            lock = with_remark(lock, wheel.name, f"{differs}, and {error.message}")
        else:
            lock = with_kept(lock, kept, f"{differs}; {how}")
    return lock
