"""``auditor replay``: plan, rebuild, run again, and hand the fingerprints to the judge.

``one`` takes a run from its fingerprint to its audit, on this machine (``here``) or on a cluster
(``elsewhere``); several go on side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from auditor.errors import AuditorError, MachineError
from auditor.pipeline.policy import load_policy
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import Original, find_original
from auditor.pipeline.replay.one import replay_one
from auditor.pipeline.replay.request import Failed, Replayed, ReplayRequest
from auditor.pipeline.replay.shared import Shared
from auditor.pipeline.report import check_targets, own_targets
from auditor.replay.executors import check_executor
from auditor.store import Store

__all__ = ["Failed", "ReplayRequest", "Replayed", "replay_refs"]

_AT_ONCE = 8

Watch = Callable[[str, str], None]


def replay_refs(request: ReplayRequest, cwd: Path, watch: Watch) -> Iterator[Replayed | Failed]:
    """Replay the runs that are meant, and yield what becomes of each as it comes.

    ``watch`` is told ``(ref, what is going on)``. The policy is read first, and what becomes of its
    file later has no effect. A run that is meant twice is replayed once. Raises ``InputError``
    where the policy, a report's name or the executor's cannot be used.
    """
    check_targets(request.reports)
    check_executor(request.executor)
    store = store_of(cwd)
    declared = load_policy(request.policy, store.root)
    found = _found(request.refs, store)
    originals = [(ref, one) for ref, one in found if isinstance(one, Original)]
    yield from (one for _ref, one in found if isinstance(one, Failed))
    if not originals:
        return
    shared = Shared(request, store, declared)
    try:
        yield from _audits(originals, shared, watch)
    except BaseException:
        shared.close(abandon=True)
        raise
    shared.close()


def _found(refs: tuple[str, ...], store: Store) -> list[tuple[str, Original | Failed]]:
    """Return what each reference means, each run once."""
    rows: dict[str, tuple[str, Original | Failed]] = {}
    for ref in refs:
        try:
            original = find_original(ref, store)
        except AuditorError as error:
            rows[f"? {ref}"] = (ref, Failed(ref=ref, error=error))
        else:
            rows.setdefault(original.id, (ref, original))
    return list(rows.values())


def _audits(
    originals: list[tuple[str, Original]], shared: Shared, watch: Watch
) -> Iterator[Replayed | Failed]:
    reports = shared.request.reports
    if len(originals) == 1:  # in this thread, so that Ctrl-C ends whatever it is doing
        ref, original = originals[0]
        yield replay_one(ref, original, shared, reports, partial(watch, ref))
        return
    pool = ThreadPoolExecutor(min(len(originals), _AT_ONCE), thread_name_prefix="audit")
    try:
        going = {
            pool.submit(
                replay_one, ref, one, shared, own_targets(reports, one.id), partial(watch, ref)
            ): ref
            for ref, one in originals
        }
        for future in as_completed(going):
            error = future.exception()
            if isinstance(error, OSError):  # of this one; the others go on
                error = MachineError(f"the machine refused: {error}")
            if isinstance(error, AuditorError):
                yield Failed(ref=going[future], error=error)
            else:
                yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
