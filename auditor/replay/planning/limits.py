"""Limits that hold a replay where nobody asked for any: no run may harm the machine it is on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from auditor.model.fingerprint import Fingerprint
from auditor.model.plan import Limits
from auditor.model.record import Record
from auditor.replay.options import Options
from auditor.replay.running.disk import RESERVE

__all__ = ["Room", "default_limits", "room_here"]

_LEAST_MEMORY = 256 << 20
_USUAL_DISK = 20 << 30
_USUAL_LOG = 1 << 30
_MORE = 4  # times what the original wrote or printed
_SHARE = 10  # of the machine's memory, which stays for others


class Room(Record, frozen=True, kw_only=True):
    """What the engine's machine has: memory in all, and what is free of the disk; in bytes."""

    memory: int
    disk: int


def room_here(memory: int = 0) -> Room:
    """Return the room on this machine; ``memory`` is that of the engine's, if that is another."""
    stat = os.statvfs(tempfile.gettempdir())
    return Room(memory=memory or _memory(), disk=stat.f_bavail * stat.f_frsize)


def default_limits(
    options: Options, fingerprint: Fingerprint, room: Room, *, at_once: int = 1
) -> Limits:
    """Return what was asked for, and for the rest what leaves the machine unharmed.

    Memory: nine tenths of the machine's, shared by the ``at_once`` replays side by side; half of
    that for each folder in memory. Disk: 20 GiB, or four times what the original left; never what
    would leave less than 1 GiB. Streams: 1 GiB each, or four times the original's.
    """
    memory = options.memory or max(_LEAST_MEMORY, room.memory * (_SHARE - 1) // _SHARE // at_once)
    most = max(0, room.disk - min(RESERVE, room.disk // 2)) // at_once
    disk = options.disk or min(max(_USUAL_DISK, _MORE * _written(fingerprint)), most)
    return Limits(
        network=options.network,
        memory=memory,
        cpus=options.cpus,
        timeout=options.timeout,
        disk=disk,
        file=disk,
        log=options.log or max(_USUAL_LOG, _MORE * _printed(fingerprint)),
        shm=min(Limits().shm, memory // 2),
        scratch=memory // 2,
    )


def _written(fingerprint: Fingerprint) -> int:
    outputs = fingerprint.outcome.outputs.value
    return sum(file.size or 0 for file in outputs.shown) if outputs is not None else 0


def _printed(fingerprint: Fingerprint) -> int:
    streams = (fingerprint.outcome.stdout.value, fingerprint.outcome.stderr.value)
    return max((stream.size for stream in streams if stream is not None), default=0)


def _memory() -> int:
    """Return the memory of this machine in bytes, as ``/proc/meminfo`` has it."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        name, _colon, rest = line.partition(":")
        if name == "MemTotal":
            return int(rest.split()[0]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
