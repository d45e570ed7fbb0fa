"""Two or more fingerprints to a comparison: items by level, and what the runs stood on.

What is found is data; what it means is decided by ``auditor.judge``.
"""

from __future__ import annotations

from auditor.compare.contents import Contents
from auditor.compare.environment import environment
from auditor.compare.outcome import outcome
from auditor.model.comparison import Comparison
from auditor.model.fingerprint import Fingerprint
from auditor.model.policy import Policy
from auditor.store.objects import Objects

__all__ = ["compare"]


def compare(
    original: Fingerprint, replays: tuple[Fingerprint, ...], objects: Objects, policy: Policy
) -> Comparison:
    """Compare ``original`` with each of ``replays``, and the replays with the first of them.

    Contents and long lists of files are read from ``objects``, verified, and only where digests
    differ. Raises ``IntegrityError`` where one is not what its digest says, ``InputError`` where
    a list is needed and not there.
    """
    divergences, unverified = environment(original, replays, objects)
    return Comparison(
        replays=len(replays),
        items=outcome(original, replays, Contents(objects), policy),
        environment=divergences,
        unverified=unverified,
    )
