"""How many processors a replay gets: as many as the run had."""

from __future__ import annotations

from auditor.model.fingerprint import Fingerprint, Unverified
from auditor.replay.options import Options

__all__ = ["cpus_of"]


def cpus_of(
    fingerprint: Fingerprint, options: Options, here: int
) -> tuple[float | None, tuple[Unverified, ...]]:
    """Return the number of processors of a replay, ``None`` for all of ``here``; and what differs.

    It is what was asked for, else what the run could use, for pools of threads are made as large
    and sums are taken in that order.
    """
    cpu = fingerprint.record.cpu.value
    had = cpu.available if cpu is not None else None
    if options.cpus is not None:
        gets = min(options.cpus, float(here))
    else:
        gets = float(min(had or here, here))
    count = None if gets == here else gets
    if options.cpus is not None and options.cpus > here:
        reason = f"{options.cpus:g} processors were asked for, and there are {here}"
        return count, (Unverified(subject="hardware.cpu-count", reason=reason),)
    if had is None or gets == had:
        return count, ()
    why = "" if options.cpus is not None else ": this machine has no more"
    reason = f"the run had {had} processors, the replay gets {gets:g}{why}"
    return count, (Unverified(subject="hardware.cpu-count", reason=reason),)
