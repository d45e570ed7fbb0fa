"""Make the lock: the captured versions, each with the digests of its files, nothing resolved."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import NotReplayedError
from auditor.locking.entries import Entries
from auditor.locking.installed import Environment
from auditor.locking.keeping import Keeper
from auditor.locking.pins import changed_since, pin_of, unlockable
from auditor.locking.progress import Progress
from auditor.locking.search import missing, search
from auditor.locking.selection import choose
from auditor.locking.target import Target, supported
from auditor.model.facts import Distribution
from auditor.model.plan import Lock

__all__ = ["lock"]


def lock(
    dependencies: tuple[Distribution, ...],
    target: Target,
    cache: Path,
    progress: Progress,
    environment: Environment | None = None,
) -> Lock:
    """Return the lock of exactly ``dependencies`` for ``target``.

    What no index gives just as it was is kept as a file: that which it was installed from, or a
    wheel packed from ``environment``, while that is still there. A distribution that cannot be
    locked is an entry of ``unlocked``, never the end. An entry of ``wheels`` whose file is no wheel
    is a source distribution that has yet to be built. Nothing of a package is run.
    """
    entries = Entries()
    keeper = Keeper(environment, cache, target)
    asked: dict[str, Distribution] = {}
    for one in sorted(dependencies, key=lambda item: item.name):
        if not _kept_first(one, keeper, entries):
            asked[pin_of(one).name] = one
    if asked:
        _from_indexes(asked, target, cache, keeper, entries, progress)
    return entries.lock(target)


def _kept_first(one: Distribution, keeper: Keeper, entries: Entries) -> bool:
    """Settle what an index is not asked for."""
    hopeless, changed = unlockable(one), changed_since(one)
    if not (hopeless or changed):
        return False
    try:
        wheel, how = keeper.keep(one)
    except NotReplayedError as error:
        if hopeless:
            entries.unlocked(one.name, _joined(hopeless, error.message, keeper))
            return True
        what = "that version is installed instead, as an index has it"
        entries.remark(one.name, f"{_joined(changed, error.message, keeper)}; {what}")
        return False
    entries.keep(wheel)
    entries.remark(one.name, f"{hopeless or changed}; {how}")
    return True


def _from_indexes(
    asked: dict[str, Distribution],
    target: Target,
    cache: Path,
    keeper: Keeper,
    entries: Entries,
    progress: Progress,
) -> None:
    pins = tuple(pin_of(one) for one in asked.values())
    answer = search(pins, target, cache, progress)
    tags = supported(target)
    for pin in pins:
        found = answer.found.get(pin.name)
        chosen = choose(found.offers, tags) if found else None
        if chosen is not None and found is not None and chosen.file.endswith(".whl"):
            entries.lock_file(pin, chosen, found.hashes)
            continue
        reason = missing(pin, answer, published=chosen is not None)
        try:
            wheel, how = keeper.keep(asked[pin.name])
        except NotReplayedError as error:
            if chosen is not None and found is not None:
                entries.lock_file(pin, chosen, found.hashes)
            else:
                entries.unlocked(
                    pin.name, f"could not be locked: {_joined(reason, error.message, keeper)}"
                )
        else:
            entries.keep(wheel)
            entries.remark(pin.name, f"{reason}; {how}")


def _joined(reason: str, problem: str, keeper: Keeper) -> str:
    return f"{reason}, and {problem}" if keeper.has_environment else reason
