"""Earlier audits of the same original that were no pass, under another policy."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.errors import AuditorError
from auditor.judge import changes
from auditor.model.audit import Audit, PolicyChanges
from auditor.model.policy import Policy, policy_digest
from auditor.store import Store

__all__ = ["since_failing"]

_NO_PASS = frozenset({"diverged", "inconclusive"})


def since_failing(original: str, policy: Policy, store: Store) -> tuple[PolicyChanges, ...]:
    """Return what differs between ``policy`` and each under which ``original`` was no pass.

    One entry a policy, that of its newest audit; newest first.
    """
    own = policy_digest(policy)
    found: dict[str, PolicyChanges] = {}
    for audit in _audits(original, own, store):
        digest = audit.policy_digest
        # An older auditor's policy had fewer members, and so another digest for the same rules.
        same = digest in {own, *found} or audit.policy == policy
        if audit.verdict in _NO_PASS and not same:
            found[digest] = PolicyChanges(
                audit=audit.id,
                created=audit.created,
                verdict=audit.verdict,
                policy_digest=digest,
                changes=changes(audit.policy, policy),
            )
    return tuple(found.values())


def _audits(original: str, own: str, store: Store) -> Iterator[Audit]:
    member = f'"original_id":"{original}"'.encode()
    # The audit's own, which stands before the source: those of earlier ones stand elsewhere.
    same = f'"policy_digest":"{own}","policy_source":'.encode()
    for name in store.audits.ids():
        # Canonical JSON has one way to write a member: most documents need no parsing.
        try:
            document = store.audits.place(name).read_bytes()
            if member in document and same not in document:
                yield store.audits.load(name)
        except (AuditorError, OSError):
            continue  # one that was damaged cannot be held against this one
