"""Limits of the control groups that a process is in: how much of the machine it may use.

The kernel's Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst name the files. A limit of any
group above holds too, so the smallest counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Limits

__all__ = ["limits"]

_SELF = Path("/proc/self/cgroup")
_MOUNTED = Path("/sys/fs/cgroup")
_NO_LIMIT_V1 = 2**62  # cgroup v1 says the largest number of pages for "none"

# Reads one folder of a group: a number, infinite where there is no limit.
_Reader = Callable[[Path], float]


def limits(membership: Path = _SELF, mounted: Path = _MOUNTED) -> Fact[Limits]:
    """Return the limits of the groups that ``membership`` names, below ``mounted``."""
    try:
        groups = _groups(membership.read_text(encoding="utf-8", errors="replace"))
        if (mounted / "cgroup.controllers").exists():
            return recorded(_of_v2(mounted, groups.get("", "/")), "cgroup v2")
        if not (mounted / "cpu").is_dir() and not (mounted / "memory").is_dir():
            return unknown(f"no control groups are mounted at {mounted}", str(mounted))
        return recorded(_of_v1(mounted, groups), "cgroup v1")
    except OSError as error:
        reason = f"{error.filename} cannot be read: {error.strerror}"
        return unknown(reason, str(membership))
    except (ValueError, ZeroDivisionError) as error:
        return unknown(f"the limits are not as the kernel writes them: {error}", str(mounted))


def _groups(text: str) -> dict[str, str]:
    """Return the path of the group of each controller; that of version 2 has no name."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        _number, _colon, rest = line.partition(":")
        controllers, _colon, path = rest.partition(":")
        found |= dict.fromkeys(controllers.split(","), path)
    return found


def _of_v2(mounted: Path, path: str) -> Limits:
    folders = _folders(mounted, path)
    return Limits(
        version=2,
        processors=_least(folders, _quota_v2),
        cpuset=_cpuset(folders, ("cpuset.cpus.effective",)),
        memory=_bytes(_least(folders, lambda folder: _number(folder / "memory.max"))),
    )


def _of_v1(mounted: Path, groups: dict[str, str]) -> Limits:
    def folders(controller: str) -> list[Path]:
        return _folders(mounted / controller, groups.get(controller, "/"))

    sets = ("cpuset.effective_cpus", "cpuset.cpus")
    memory = _least(folders("memory"), lambda one: _number(one / "memory.limit_in_bytes"))
    return Limits(
        version=1,
        processors=_least(folders("cpu"), _quota_v1),
        cpuset=_cpuset(folders("cpuset"), sets),
        memory=None if memory is None or memory >= _NO_LIMIT_V1 else int(memory),
    )


def _folders(mounted: Path, path: str) -> list[Path]:
    """Return the group's folder and those above; a container sees its own group at the top."""
    group = mounted / path.strip("/")
    if ".." in group.parts or not group.is_dir():
        return [mounted]
    return [group, *(above for above in group.parents if above.is_relative_to(mounted))]


def _least(folders: Iterable[Path], read: _Reader) -> float | None:
    least = min(read(folder) for folder in folders)
    return None if math.isinf(least) else least


def _quota_v2(folder: Path) -> float:
    words = _words(folder / "cpu.max")
    return _processors(*words) if words else math.inf


def _quota_v1(folder: Path) -> float:
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    return _processors(*quota, *period) if quota and period else math.inf


def _processors(*words: str) -> float:
    """Return microseconds of computing a period, in processors."""
    quota, period = words
    return math.inf if quota in {"max", "-1"} else int(quota) / int(period)


def _number(path: Path) -> float:
    words = _words(path)
    return math.inf if not words or words[0] == "max" else int(words[0])


def _bytes(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _cpuset(folders: list[Path], names: Iterable[str]) -> str | None:
    """Return the processors as the kernel lists them, such as ``0-3,8``."""
    found = (_words(folder / name) for folder in folders for name in names)
    return next((words[0] for words in found if words), None)


def _words(path: Path) -> list[str]:
    """Return the words of a file; the group at the top lacks those of limits."""
    try:
        return path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
