"""``auditor replay``: plan, rebuild, run again, and hand the fingerprints to the judge."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from auditor import capture
from auditor.compare import compare
from auditor.errors import NotReplayedError
from auditor.judge import completion, judge, settled
from auditor.model.audit import Attempt, Audit
from auditor.model.fact import recorded
from auditor.model.fingerprint import Fingerprint, as_stored, identity
from auditor.model.observation import HostFacts
from auditor.model.plan import Plan
from auditor.model.policy import Policy, policy_digest
from auditor.model.record import Record
from auditor.pipeline.audit import Evidence, conclude
from auditor.pipeline.policy import load_policy
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import Original, find_original
from auditor.pipeline.report import check_targets, write_reports
from auditor.pipeline.sequence import Times
from auditor.replay import Options, Prepared, execute, keep_of, prepare, unrecorded
from auditor.replay.engines import Engine, connect
from auditor.store import Store
from auditor.store.lists import keep_list

__all__ = ["ReplayRequest", "Replayed", "replay_ref"]

Tell = Callable[[str], None]


class ReplayRequest(Record, frozen=True, kw_only=True):
    """What to replay, how often, how, and where to report it."""

    ref: str
    times: Times
    options: Options
    policy: Path | None = None
    reports: tuple[Path, ...] = ()
    force: bool = False


class Replayed(Record, frozen=True, kw_only=True):
    """The audit, and the error that kept the run from being replayed, if one did."""

    audit: Audit
    problem: NotReplayedError | None


class _Progress:
    """What has been replayed so far; it survives the error that ends the replays."""

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.attempts: list[Attempt] = []
        self.fingerprints: list[Fingerprint] = []
        self.ended = ""


def replay_ref(request: ReplayRequest, cwd: Path, tell: Tell) -> Replayed:
    """Replay the run that is meant, file the audit, write the reports.

    What kept it from being replayed is in the result, and in the audit: there is one in any case.
    The policy is read first, and what becomes of its file later has no effect.
    Raises ``InputError`` where nothing is meant or the policy cannot be read.
    """
    check_targets(request.reports)
    store = store_of(cwd)
    declared = load_policy(request.policy, store.root)
    original = find_original(request.ref, store)
    progress = _Progress()
    problem: NotReplayedError | None = None
    try:
        _refuse_interrupted(original, force=request.force)
        _replay(request, original, declared.policy, store, progress, tell)
    except NotReplayedError as error:
        problem = error
        progress.ended = error.message
    evidence = Evidence(
        kind="replay",
        original=original,
        replays=tuple(progress.fingerprints),
        attempts=_all_attempts(progress.attempts, request.times, problem),
        plan=progress.plan,
        problem=problem.message if problem else "",
        looks=request.times.looked(len(progress.attempts), progress.ended),
    )
    tell("comparing")
    audit = conclude(evidence, declared, store)
    write_reports(audit, request.reports, tell)
    return Replayed(audit=audit, problem=problem)


def _refuse_interrupted(original: Original, *, force: bool) -> None:
    ended = original.fingerprint.outcome.exit.value
    if ended is not None and ended.status == "interrupted" and not force:
        raise NotReplayedError(
            "the original run was interrupted, so there is no result to reproduce",
            hint="record it again to its end, or replay it all the same with --force",
        )


def _replay(
    request: ReplayRequest,
    original: Original,
    policy: Policy,
    store: Store,
    progress: _Progress,
    tell: Tell,
) -> None:
    options = msgspec.structs.replace(request.options, trusted=original.trusted)
    engine = connect(options.engine)
    prepared = prepare(
        original.fingerprint,
        store.objects,
        engine,
        options,
        lock=store.lock(original.id),
        tell=tell,
    )
    progress.plan = msgspec.structs.replace(
        prepared.plan,
        files=keep_list(prepared.plan.files, store.objects),
        policy=policy_digest(policy),
    )
    store.save_lock(original.id, prepared.plan.lock)
    host = capture.host_facts()
    started = time.monotonic()
    while not progress.ended:
        number = len(progress.attempts) + 1
        tell(f"replay {number} of {request.times.told}")
        _one(number, original, prepared, engine, store, host, progress)
        progress.ended = request.times.ended(
            number,
            time.monotonic() - started,
            lambda: _settled(original.fingerprint, policy, store, progress, request.times),
        )


def _settled(
    original: Fingerprint, policy: Policy, store: Store, progress: _Progress, times: Times
) -> str:
    """Look at the replays so far; say why they are enough, if they are."""
    if not all(attempt.completed for attempt in progress.attempts):
        return "a replay did not complete, so that more of them could not make a pass"
    comparison = compare(original, tuple(progress.fingerprints), store.objects, policy)
    judgement = judge(comparison, policy, looks=times.looks)
    return "the verdict was settled" if settled(judgement) else ""


def _one(  # noqa: PLR0913, PLR0917 - one call, split for its length
    number: int,
    original: Original,
    prepared: Prepared,
    engine: Engine,
    store: Store,
    host: HostFacts,
    progress: _Progress,
) -> None:
    with execute(prepared, store.objects, engine, number) as executed:
        observation = msgspec.structs.replace(
            capture.read(executed.observation),
            name=f"{original.fingerprint.name or 'replay'} #{number}",
            image=recorded(prepared.image, "container engine"),
            git=original.fingerprint.recipe.source.git,
            params=original.fingerprint.recipe.params,
        )
        if executed.exit is not None:
            observation = msgspec.structs.replace(observation, exit=executed.exit)
        fingerprint = as_stored(
            capture.assemble(
                observation,
                host,
                store.objects,
                keep=keep_of(original.fingerprint),
                files_at=executed.tree,
            )
        )
    reason = completion(prepared.fingerprint, fingerprint, executed.reason)
    reason = reason or unrecorded(prepared.plan, store.objects, fingerprint)
    progress.attempts.append(
        Attempt(
            number=number,
            completed=not reason,
            reason=reason,
            fingerprint=identity(fingerprint),
        )
    )
    if not reason:
        progress.fingerprints.append(fingerprint)


def _all_attempts(
    made: list[Attempt], times: Times, problem: NotReplayedError | None
) -> tuple[Attempt, ...]:
    """Return those that were made, and those that a problem kept from being made."""
    reason = problem.message if problem else ""
    asked = max(times.least, len(made) + 1)
    missing = range(len(made) + 1, asked + 1) if problem else ()
    return (*made, *(Attempt(number=n, completed=False, reason=reason) for n in missing))
