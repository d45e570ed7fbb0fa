"""From fingerprints to an audit: compare, judge, name candidates, and file it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from auditor import __version__
from auditor.compare import compare
from auditor.explain import candidates
from auditor.judge import graded, judge, ranked
from auditor.model.audit import Attempt, Audit, Looks, Tool, with_id
from auditor.model.fingerprint import Fingerprint, Unverified, unknown_facts
from auditor.model.plan import Plan
from auditor.model.policy import policy_digest
from auditor.model.record import Record
from auditor.pipeline.policy import Declared
from auditor.pipeline.policy.earlier import since_failing
from auditor.pipeline.refs import Original
from auditor.store import Store

__all__ = ["Evidence", "conclude"]


_OUTSIDE = "the run wrote it outside the project, so it was neither kept nor compared"


class Evidence(Record, frozen=True, kw_only=True):
    """What an audit is drawn from.

    ``problem`` says why nothing could be replayed, ``looks`` are those of added replays.
    """

    kind: Literal["replay", "compare"]
    original: Original
    replays: tuple[Fingerprint, ...]
    attempts: tuple[Attempt, ...]
    plan: Plan | None
    problem: str = ""
    looks: Looks | None = None


def conclude(evidence: Evidence, declared: Declared, store: Store) -> Audit:
    """Compare, judge, and file the audit; return it."""
    policy = declared.policy
    original = evidence.original.fingerprint
    comparison = compare(original, evidence.replays, store.objects, policy)
    looks = evidence.looks.planned if evidence.looks else 1
    judgement = judge(comparison, policy, attempts=evidence.attempts, looks=looks)
    surroundings = graded(comparison.environment, policy)
    divergences = ranked((*judgement.divergences, *surroundings))
    audit = with_id(
        Audit(
            kind=evidence.kind,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            tool=Tool(name="auditor", version=__version__),
            verdict=judgement.verdict,
            reason=evidence.problem or judgement.reason,
            levels=judgement.levels,
            original=original,
            original_id=evidence.original.id,
            replays=evidence.replays,
            attempts=evidence.attempts,
            plan=evidence.plan,
            policy=policy,
            policy_digest=policy_digest(policy),
            policy_source=declared.source,
            policy_changes=since_failing(evidence.original.id, policy, store),
            looks=evidence.looks,
            items=judgement.items,
            divergences=divergences,
            causes=candidates(original, evidence.replays, judgement.items, divergences),
            unverified=_unverified(evidence, (*judgement.unverified, *comparison.unverified)),
        )
    )
    return store.save_audit(audit)


def _unverified(evidence: Evidence, compared: tuple[Unverified, ...]) -> tuple[Unverified, ...]:
    found = list(unknown_facts(evidence.original.fingerprint))
    if evidence.plan is not None:
        found += [*evidence.plan.lock.unlocked, *evidence.plan.unhonoured]
    coverage = evidence.original.fingerprint.record.coverage.value
    if coverage is not None:
        found += [Unverified(subject="coverage", reason=blind) for blind in coverage.blind]
        found += [
            Unverified(subject=f"file:{path}", reason=_OUTSIDE) for path in coverage.elsewhere
        ]
    found += [
        Unverified(subject=f"replay {attempt.number}", reason=attempt.reason)
        for attempt in evidence.attempts
        if not attempt.completed
    ]
    return tuple(dict.fromkeys([*found, *compared]))
