"""From captured distributions to wheels in the cache: lock, download, build."""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor import locking
from auditor.errors import EngineError, NotReplayedError
from auditor.locking import Progress, Target, fetch, fits, pins_of, supported
from auditor.model.facts import Distribution
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Lock, LockedWheel
from auditor.replay.base import Chosen
from auditor.replay.build_wheel import build_wheel
from auditor.replay.engines import Engine
from auditor.replay.python import target

__all__ = ["obtain"]


def obtain(  # noqa: PLR0913, PLR0917 - everything that decides what is installed
    dependencies: tuple[Distribution, ...],
    given: Lock | None,
    chosen: Chosen,
    cache: Path,
    engine: Engine,
    user: str,
    progress: Progress,
) -> Lock:
    """Return the lock, with every file of it a wheel in the cache.

    What cannot be locked, downloaded or built is an entry of ``unlocked``, never the end.
    """
    lock = _lock(dependencies, given, target(chosen.python), cache, progress)
    failures = _failed_downloads(lock, dependencies, cache, progress)
    if failures and lock is given:  # made elsewhere, with wheels that were built there
        lock = locking.lock(dependencies, target(chosen.python), cache, progress)
        failures = _failed_downloads(lock, dependencies, cache, progress)
    lock = _without(lock, failures)
    for source in lock.wheels:
        if source.file.endswith(".whl"):
            continue
        progress(f"building {source.name} {source.version} from source")
        try:
            built = build_wheel(source, chosen, cache, engine, user)
        except EngineError:
            raise
        except NotReplayedError as error:
            lock = _without(lock, {source.file: error.message})
        else:
            lock = _with_built(lock, source, built)
    return lock


def _lock(
    dependencies: tuple[Distribution, ...],
    given: Lock | None,
    wanted: Target,
    cache: Path,
    progress: Progress,
) -> Lock:
    """Return the lock that came with the fingerprint where it is whole and fits, else a new one."""
    if given is not None:
        pins, hopeless = pins_of(dependencies)
        if not _fits(given, {pin.name: pin.version for pin in pins}, wanted):
            given = None
        elif len(given.unlocked) <= len(hopeless):
            return given
    made = locking.lock(dependencies, wanted, cache, progress)
    if given is not None and len(given.unlocked) <= len(made.unlocked):
        return given
    return made


def _fits(given: Lock, versions: dict[str, str], wanted: Target) -> bool:
    tags = supported(wanted)
    return all(
        versions.get(wheel.name) == wheel.version
        and (not wheel.file.endswith(".whl") or fits(wheel.file, tags))
        for wheel in given.wheels
    )


def _failed_downloads(
    lock: Lock, dependencies: tuple[Distribution, ...], cache: Path, progress: Progress
) -> dict[str, str]:
    try:
        failures = fetch(lock.wheels, dependencies, cache, progress)
    except NotReplayedError as error:
        failures = {w.file: error.message for w in lock.wheels if not locking.cached(cache, w)}
    return {file: f"could not be downloaded: {reason}" for file, reason in failures.items()}


def _without(lock: Lock, reasons: dict[str, str]) -> Lock:
    lost = [wheel for wheel in lock.wheels if wheel.file in reasons]
    entries = (
        Unverified(subject=f"dependency:{wheel.name}", reason=reasons[wheel.file]) for wheel in lost
    )
    return msgspec.structs.replace(
        lock,
        wheels=tuple(wheel for wheel in lock.wheels if wheel not in lost),
        unlocked=(*lock.unlocked, *entries),
    )


def _with_built(lock: Lock, source: LockedWheel, built: LockedWheel) -> Lock:
    mark = f"--hash={source.digest}"
    return msgspec.structs.replace(
        lock,
        requirements=lock.requirements.replace(mark, f"{mark} \\\n    --hash={built.digest}"),
        wheels=tuple(built if wheel == source else wheel for wheel in lock.wheels),
    )
