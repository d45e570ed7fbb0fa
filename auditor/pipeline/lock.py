"""Make the lock of a run that was recorded here, and keep it with what belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from auditor.errors import AuditorError
from auditor.model.fingerprint import Fingerprint
from auditor.pipeline.run import Filed
from auditor.store import FOLDER, Store

__all__ = ["lock_filed", "make_and_keep"]


def make_and_keep(
    identity: str, fingerprint: Fingerprint, store: Store, tell: Callable[[str], None]
) -> str:
    """Lock a filed fingerprint, unless it is locked; return why it could not be, if so."""
    if store.lock(identity) is not None:
        return ""
    from auditor.replay import make_lock  # noqa: PLC0415 - late: pip-tools and the cache

    try:
        store.save_lock(identity, make_lock(fingerprint, store.objects, tell))
    except AuditorError as error:
        return error.message
    return ""


def lock_filed(filed: Filed, tell: Callable[[str], None]) -> tuple[str, ...]:
    """Lock a run that has just been recorded; return what there is to say about it, in lines."""
    root = next(folder.parent for folder in filed.path.parents if folder.name == FOLDER)
    store = Store(root)
    try:
        problem = make_and_keep(filed.id, filed.fingerprint, store, tell)
        lock = store.lock(filed.id)
    except Exception as error:  # noqa: BLE001 - the run is recorded, and keeps its exit status
        problem, lock = f"{type(error).__name__}: {error}", None
    if lock is None:
        return (f"not locked, until it is replayed or packed: {problem}",)
    rows = [*(("not locked", row) for row in lock.unlocked), *(("note", r) for r in lock.remarks)]
    told = (f"{word}: {row.subject.partition(':')[2]}: {row.reason}" for word, row in rows)
    count = len(lock.wheels)
    return (f"{count} distribution{'' if count == 1 else 's'} locked", *told)
