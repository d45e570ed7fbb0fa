"""A plan completed by what only a look at this machine and at the base can tell."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.model.fingerprint import Fingerprint
from auditor.model.names import Name
from auditor.model.plan import Lock, Plan
from auditor.replay.base.candidates import Chosen
from auditor.replay.options import Options
from auditor.replay.planning.cpus import cpus_of
from auditor.replay.planning.world import world_of
from auditor.replay.tree.order import place_for

__all__ = ["completed"]


def completed(
    plan: Plan,
    chosen: Chosen,
    fingerprint: Fingerprint,
    options: Options,
    names: Sequence[Name],
    processors: int,
) -> Plan:
    """Return the plan with zone, locale and processors, and with all in which the base differs.

    ``processors`` are those of the engine's machine. ``names`` are those of the plan: where their
    folders cannot be listed in the recorded order, that is said as well. The lock keeps which
    published image it was made for.
    """
    world = world_of(plan, chosen, fingerprint)
    cpus, fewer = cpus_of(fingerprint, options, processors)
    order = place_for(plan, names).unhonoured
    return msgspec.structs.replace(
        plan,
        lock=_pinned(plan.lock, chosen),
        mounts=tuple(sorted((*plan.mounts, *world.mounts), key=lambda mount: mount.target)),
        limits=msgspec.structs.replace(plan.limits, cpus=cpus),
        unhonoured=(*chosen.unhonoured, *plan.unhonoured, *world.unhonoured, *fewer, *order),
    )


def _pinned(lock: Lock, chosen: Chosen) -> Lock:
    _name, at, digest = chosen.base.reference.partition("@")
    if chosen.base.kind != "registry" or not at:
        return lock
    return msgspec.structs.replace(lock, base=digest)
