"""One reference, from what was recorded to the audit of its replays."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, as_completed
from pathlib import Path
from typing import Any, Protocol

from auditor.compare import compare
from auditor.errors import InputError, IntegrityError, NotReplayedError
from auditor.judge import judge, settled
from auditor.model.audit import Attempt
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Plan
from auditor.pipeline.audit import Evidence, Fed, conclude
from auditor.pipeline.refs import Original
from auditor.pipeline.replay.attempt import Made
from auditor.pipeline.replay.elsewhere import Elsewhere
from auditor.pipeline.replay.here import Here
from auditor.pipeline.replay.request import Replayed
from auditor.pipeline.replay.shared import Shared, Tell
from auditor.pipeline.report import write_reports
from auditor.pipeline.sequence import Times

__all__ = ["replay_one"]


class _Source(Protocol):
    """Where replays of one original come from."""

    @property
    def plan(self) -> Plan | None: ...

    def start(self, number: int) -> Future[Any]: ...

    def feed(self, number: int) -> Future[Any]: ...

    def take(self, result: Any) -> Made: ...  # noqa: ANN401 - the source's own kind


class _Progress:
    """What has been replayed so far; it survives the error that ends the replays."""

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.made: list[Made] = []
        self.ended = ""
        self.fed: Fed | None = None

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What was attempted, by number."""
        return _attempts(self.made)

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The replays that completed, by number."""
        return _completed(self.made)


def replay_one(
    ref: str, original: Original, shared: Shared, reports: tuple[Path, ...], tell: Tell
) -> Replayed:
    """Replay a run, file the audit, write the reports.

    What kept it from being replayed is in the result, and in the audit: there is one in any case.
    """
    progress = _Progress()
    problem: NotReplayedError | None = None
    try:
        _refuse_interrupted(original, force=shared.request.force)
        _replay(original, shared, progress, tell)
    except NotReplayedError as error:
        if shared.abandoned:  # nobody wants to know any more
            raise
        problem = error
        progress.ended = error.message
    times = shared.request.times
    evidence = Evidence(
        kind="replay",
        original=original,
        replays=progress.fingerprints,
        attempts=_all_attempts(progress.attempts, times, problem),
        plan=progress.plan,
        problem=problem.message if problem else "",
        details=problem.details if problem else (),
        looks=times.looked(len(progress.made), progress.ended),
        fed=progress.fed,
    )
    tell("comparing")
    with shared.one_at_a_time:
        audit = conclude(evidence, shared.declared, shared.store)
        write_reports(audit, reports, tell)
    return Replayed(ref=ref, audit=audit, problem=problem, reports=reports)


def _refuse_interrupted(original: Original, *, force: bool) -> None:
    ended = original.fingerprint.outcome.exit.value
    if ended is not None and ended.status == "interrupted" and not force:
        raise NotReplayedError(
            "the original run was interrupted, so there is no result to reproduce",
            hint="record it again to its end, or replay it all the same with --force",
        )


def _replay(original: Original, shared: Shared, progress: _Progress, tell: Tell) -> None:
    with shared.one_at_a_time:
        here = shared.executor.here
    source: _Source = (Here if here else Elsewhere)(original, shared, tell)
    progress.plan = source.plan
    times, started = shared.request.times, time.monotonic()
    try:
        tell(_told(progress, times))
        for made in _carried_out(source, [source.start(n + 1) for n in range(times.least)]):
            progress.made.append(made)
            tell(_told(progress, times))
        while not progress.ended:
            progress.ended = times.ended(
                len(progress.made),
                time.monotonic() - started,
                lambda: _settled(original.fingerprint, shared, progress),
            )
            if not progress.ended:
                progress.made += _carried_out(source, [source.start(len(progress.made) + 1)])
                tell(_told(progress, times))
        if shared.request.entropy:
            tell("replaying with the recorded entropy")
            progress.fed = _fed(source, times.least)
    finally:
        progress.plan = source.plan


def _carried_out(source: _Source, going: list[Future[Any]]) -> Iterator[Made]:
    """Yield results as they come; where one cannot be had, those that have not started are not.

    Raises ``NotReplayedError`` once nothing goes on any more, ``CancelledError`` where all was
    given up.
    """
    problem: NotReplayedError | CancelledError | None = None
    try:
        for future in as_completed(going):
            try:
                made = source.take(future.result())
            except CancelledError as error:
                problem = problem or error
            except NotReplayedError as error:
                problem = problem or error
                _give_up(going)
            else:
                yield made
    finally:
        _give_up(going)
    if problem is not None:
        raise problem


def _give_up(going: list[Future[Any]]) -> None:
    for future in going:
        future.cancel()


def _fed(source: _Source, count: int) -> Fed:
    """Return replays that draw what the original drew; whatever keeps them is no one's verdict."""
    try:
        made = list(_carried_out(source, [source.feed(number + 1) for number in range(count)]))
    except (NotReplayedError, InputError, IntegrityError) as error:
        return Fed(problem=error.message)
    return Fed(attempts=_attempts(made), replays=_completed(made))


def _told(progress: _Progress, times: Times) -> str:
    return f"replaying: {len(progress.made)} of {times.told} done"


def _settled(original: Fingerprint, shared: Shared, progress: _Progress) -> str:
    """Look at the replays so far; say why they are enough, if they are."""
    if not all(attempt.completed for attempt in progress.attempts):
        return "a replay did not complete, so that more of them could not make a pass"
    policy = shared.declared.policy
    with shared.one_at_a_time:
        found = compare(original, progress.fingerprints, shared.store.objects, policy)
        judgement = judge(found, policy, looks=shared.request.times.looks)
    return "the verdict was settled" if settled(judgement) else ""


def _all_attempts(
    made: tuple[Attempt, ...], times: Times, problem: NotReplayedError | None
) -> tuple[Attempt, ...]:
    """Return those that were made, and those that a problem kept from being made."""
    if problem is None:
        return made
    known = {attempt.number: attempt for attempt in made}
    asked = max([times.least, *known]) if len(made) < times.least else len(made) + 1
    return tuple(
        known.get(number) or Attempt(number=number, completed=False, reason=problem.message)
        for number in range(1, asked + 1)
    )


def _attempts(made: list[Made]) -> tuple[Attempt, ...]:
    return tuple(one.attempt for one in sorted(made, key=_number))


def _completed(made: list[Made]) -> tuple[Fingerprint, ...]:
    return tuple(one.fingerprint for one in sorted(made, key=_number) if one.attempt.completed)


def _number(made: Made) -> int:
    return made.attempt.number
