"""``auditor replay``: plan, rebuild, run again, and hand the fingerprints to the judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from auditor import capture
from auditor.errors import NotReplayedError
from auditor.judge import completion
from auditor.model.audit import Attempt, Audit
from auditor.model.fact import recorded
from auditor.model.fingerprint import Fingerprint, as_stored, identity
from auditor.model.observation import HostFacts
from auditor.model.plan import Plan
from auditor.model.record import Record
from auditor.pipeline.audit import Evidence, conclude
from auditor.pipeline.policy import load_policy
from auditor.pipeline.project import store_of
from auditor.pipeline.refs import Original, find_original
from auditor.pipeline.report import check_targets, write_reports
from auditor.pipeline.run import DEFAULT_KEEP
from auditor.replay import Options, Prepared, execute, prepare
from auditor.replay.engines import Engine, connect
from auditor.store import Store

__all__ = ["ReplayRequest", "Replayed", "replay_ref"]

Tell = Callable[[str], None]


class ReplayRequest(Record, frozen=True, kw_only=True):
    """What to replay, how often, how, and where to report it."""

    ref: str
    times: int
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


def replay_ref(request: ReplayRequest, cwd: Path, tell: Tell) -> Replayed:
    """Replay the run that is meant, file the audit, write the reports.

    What kept it from being replayed is in the result, and in the audit: there is one in any case.
    Raises ``InputError`` where nothing is meant or the policy cannot be read.
    """
    check_targets(request.reports)
    policy = load_policy(request.policy)
    store = store_of(cwd)
    original = find_original(request.ref, store)
    progress = _Progress()
    problem: NotReplayedError | None = None
    try:
        _refuse_interrupted(original, force=request.force)
        _replay(request, original, store, progress, tell)
    except NotReplayedError as error:
        problem = error
    evidence = Evidence(
        kind="replay",
        original=original,
        replays=tuple(progress.fingerprints),
        attempts=_all_attempts(progress.attempts, request.times, problem),
        plan=progress.plan,
        problem=problem.message if problem else "",
    )
    tell("comparing")
    audit = conclude(evidence, policy, store)
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
    request: ReplayRequest, original: Original, store: Store, progress: _Progress, tell: Tell
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
    progress.plan = prepared.plan
    store.save_lock(original.id, prepared.plan.lock)
    host = capture.host_facts()
    for number in range(1, request.times + 1):
        tell(f"replay {number} of {request.times}")
        _one(number, original, prepared, engine, store, host, progress)


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
                observation, host, store.objects, keep=DEFAULT_KEEP, files_at=executed.tree
            )
        )
    reason = completion(original.fingerprint, fingerprint, executed.reason)
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
    made: list[Attempt], asked: int, problem: NotReplayedError | None
) -> tuple[Attempt, ...]:
    reason = problem.message if problem else ""
    missing = range(len(made) + 1, asked + 1)
    return (*made, *(Attempt(number=n, completed=False, reason=reason) for n in missing))
