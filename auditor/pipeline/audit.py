"""From fingerprints to an audit: compare, judge, name candidates, and file it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from auditor import __version__
from auditor.compare import compare
from auditor.explain import candidates
from auditor.explain.entropy import Ordinary, Tried, evidence, not_tried
from auditor.judge import graded, judge, ranked
from auditor.model.audit import Attempt, Audit, Cause, Experiment, Looks, Tool, with_id
from auditor.model.fingerprint import Fingerprint, Unverified, unknown_facts
from auditor.model.plan import Plan
from auditor.model.policy import policy_digest
from auditor.model.record import Record
from auditor.pipeline.policy import Declared
from auditor.pipeline.policy.earlier import since_failing
from auditor.pipeline.refs import Original
from auditor.store import Store

__all__ = ["Evidence", "Fed", "conclude"]


_OUTSIDE = "the run wrote it outside the project, so it was neither kept nor compared"


class Fed(Record, frozen=True, kw_only=True):
    """Replays that drew the original's entropy: evidence of a cause, never of the verdict.

    ``problem`` says why there are none.
    """

    attempts: tuple[Attempt, ...] = ()
    replays: tuple[Fingerprint, ...] = ()
    problem: str = ""


class Evidence(Record, frozen=True, kw_only=True):
    """What an audit is drawn from.

    ``problem`` says why nothing could be replayed, ``details`` all of it. ``looks`` are those of
    added replays, ``fed`` are those that were asked for besides.
    """

    kind: Literal["replay", "compare"]
    original: Original
    replays: tuple[Fingerprint, ...]
    attempts: tuple[Attempt, ...]
    plan: Plan | None
    problem: str = ""
    details: tuple[str, ...] = ()
    looks: Looks | None = None
    fed: Fed | None = None


def conclude(seen: Evidence, declared: Declared, store: Store) -> Audit:
    """Compare, judge, and file the audit; return it."""
    policy = declared.policy
    original = seen.original.fingerprint
    comparison = compare(original, seen.replays, store.objects, policy)
    looks = seen.looks.planned if seen.looks else 1
    judgement = judge(comparison, policy, attempts=seen.attempts, looks=looks)
    surroundings = graded(comparison.environment, policy)
    divergences = ranked((*judgement.divergences, *surroundings))
    causes = candidates(original, seen.replays, judgement.items, divergences)
    ordinary = Ordinary(comparison=comparison, items=judgement.items)
    causes, experiments = _experiments(seen, causes, ordinary, declared, store)
    audit = with_id(
        Audit(
            kind=seen.kind,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            tool=Tool(name="auditor", version=__version__),
            verdict=judgement.verdict,
            reason=seen.problem or judgement.reason,
            levels=judgement.levels,
            original=original,
            original_id=seen.original.id,
            replays=seen.replays,
            attempts=seen.attempts,
            plan=seen.plan,
            policy=policy,
            policy_digest=policy_digest(policy),
            policy_source=declared.source,
            policy_changes=since_failing(seen.original.id, policy, store),
            looks=seen.looks,
            items=judgement.items,
            divergences=divergences,
            causes=causes,
            experiments=experiments,
            unverified=_unverified(seen, (*judgement.unverified, *comparison.unverified)),
        )
    )
    return store.save_audit(audit)


def _experiments(
    seen: Evidence,
    causes: tuple[Cause, ...],
    ordinary: Ordinary,
    declared: Declared,
    store: Store,
) -> tuple[tuple[Cause, ...], tuple[Experiment, ...]]:
    """Return the causes with what replays that were fed add to them."""
    fed = seen.fed
    if fed is None:
        return causes, ()
    if fed.problem:
        return causes, (not_tried(fed.problem),)
    policy = declared.policy
    found = compare(seen.original.fingerprint, fed.replays, store.objects, policy)
    items = judge(found, policy, attempts=fed.attempts).items
    tried = Tried(attempts=fed.attempts, replays=fed.replays, items=items)
    causes, experiment = evidence(causes, ordinary, tried)
    return causes, (experiment,)


def _unverified(seen: Evidence, compared: tuple[Unverified, ...]) -> tuple[Unverified, ...]:
    found = list(unknown_facts(seen.original.fingerprint))
    if seen.plan is not None:
        found += [*seen.plan.lock.unlocked, *seen.plan.unhonoured]
    found += [Unverified(subject="replay", reason=line) for line in seen.details]
    coverage = seen.original.fingerprint.record.coverage.value
    if coverage is not None:
        found += [Unverified(subject="coverage", reason=blind) for blind in coverage.blind]
        found += [
            Unverified(subject=f"file:{path}", reason=_OUTSIDE) for path in coverage.elsewhere
        ]
    found += [
        Unverified(subject=f"replay {attempt.number}", reason=attempt.reason)
        for attempt in seen.attempts
        if not attempt.completed
    ]
    return tuple(dict.fromkeys([*found, *compared]))
