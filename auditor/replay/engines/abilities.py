"""What an engine says that it is and can enforce (``GET /info`` of the Docker API)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from auditor.model.fingerprint import Unverified
from auditor.model.plan import Limits
from auditor.model.record import Record

__all__ = ["Abilities", "gpu_support", "is_rootless", "lacking"]

GpuSupport = Literal["", "runtime", "cdi"]


class Abilities(Record, frozen=True, kw_only=True):
    """What an engine is and can do.

    ``place`` is where it listens. ``shares_files``: it sees the files of this host, as was tried;
    else they are carried to it and back. ``gpus``: through NVIDIA's runtime, by CDI, or no way
    that it tells of. ``lacks``: what it cannot enforce of all that a replay may be held by.
    ``memory`` in bytes and ``processors`` are those of its machine.
    """

    name: str
    version: str
    place: str
    rootless: bool
    shares_files: bool
    gpus: GpuSupport
    memory: int = 0
    processors: int = 0
    lacks: tuple[Unverified, ...] = ()


def is_rootless(info: dict[str, Any]) -> bool:
    """Say whether the engine runs without root's rights. Podman says it apart."""
    return bool(info.get("Rootless")) or "name=rootless" in (info.get("SecurityOptions") or ())


def gpu_support(info: dict[str, Any]) -> GpuSupport:
    """Return how containers get GPUs, as far as the engine tells."""
    if any(name.startswith("nvidia") for name in info.get("Runtimes") or ()):
        return "runtime"
    return "cdi" if info.get("CDISpecDirs") else ""


def lacking(info: dict[str, Any], limits: Limits) -> tuple[Unverified, ...]:
    """Return those of ``limits`` that the engine cannot enforce, with the reason."""
    return tuple(Unverified(subject=subject, reason=why) for subject, why in _rows(info, limits))


def _rows(info: dict[str, Any], limits: Limits) -> Iterator[tuple[str, str]]:
    why = "the engine cannot enforce it here: " + _why(info)
    if limits.memory is not None and not info.get("MemoryLimit"):
        yield "limits.memory", why
    elif limits.memory is not None and not info.get("SwapLimit"):
        yield "limits.memory", "the engine cannot limit swap here, only the memory beside it"
    if limits.cpus is not None and not info.get("CpuCfsQuota"):
        yield "limits.cpus", why
    if not info.get("PidsLimit"):
        yield "limits.pids", why
    filters = [option for option in info.get("SecurityOptions") or () if "seccomp" in option]
    if not filters or any("unconfined" in option for option in filters):
        yield "isolation.seccomp", "the engine filters no system calls (seccomp is not in force)"


def _why(info: dict[str, Any]) -> str:
    if info.get("CgroupDriver") == "none" or is_rootless(info):
        version = info.get("CgroupVersion") or "1"
        return f"it is rootless, and its cgroup (v{version}) was not delegated to it"
    return "the kernel's cgroup has no such controller"
