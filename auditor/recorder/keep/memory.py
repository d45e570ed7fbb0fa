"""Processes that the kernel killed for want of memory, as the container's own control group says.

``oom_kill`` in ``memory.oom_control`` of version 1, and in ``memory.events`` of version 2
(kernel.org, admin-guide/cgroup-v1/memory and cgroup-v2).
"""

from __future__ import annotations

__all__ = ["oom_kills"]

_PLACES = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def oom_kills() -> int:
    """Return how many there were since the container started; outside one that is not known: 0."""
    for place in _PLACES:
        try:
            with open(place, encoding="ascii") as file:
                rows = dict(line.split() for line in file)
            return int(rows.get("oom_kill", 0))
        except (OSError, ValueError):
            continue
    return 0
