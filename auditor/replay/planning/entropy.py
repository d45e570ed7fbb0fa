"""A replay that is fed with the entropy that the original drew: evidence, never the verdict."""

from __future__ import annotations

import msgspec

from auditor.errors import InputError
from auditor.model.entropy import drawn
from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Mount, Plan
from auditor.store.objects import Objects

__all__ = ["ENTROPY", "entropy_plan"]

# Where a container has the object; the recorder is told in its request.
ENTROPY = "/opt/auditor/entropy"


def entropy_plan(plan: Plan, fingerprint: Fingerprint, objects: Objects) -> Plan | str:
    """Return ``plan`` with what the run of ``fingerprint`` drew, or why there is nothing to feed.

    Raises ``InputError`` where the object is not what it should be, ``IntegrityError`` where it
    is not the one that was recorded.
    """
    fact = fingerprint.record.entropy
    if fact.value is None:
        return f"what the run drew from the system's entropy is not known: {fact.reason}"
    digest = fact.value.digest
    if digest is None:
        return "the run was not seen to draw from the system's entropy"
    if not objects.has(digest):
        return f"the object with what the run drew is not in the store: {digest}"
    if not drawn(objects.read(digest)).processes:
        raise InputError("the recorded entropy has no process in it, and a digest all the same")
    mount = Mount(source=f"object:{digest}", target=ENTROPY, read_only=True)
    return msgspec.structs.replace(plan, entropy=digest, mounts=(*plan.mounts, mount))
