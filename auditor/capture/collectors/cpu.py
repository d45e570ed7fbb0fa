"""The CPU, from ``/proc/cpuinfo``, and how much of it is allowed."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.capture.collectors.cgroup import limits
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Cpu

__all__ = ["cpu"]

_CPUINFO = Path("/proc/cpuinfo")
_IMPLEMENTERS = {"0x41": "ARM", "0x51": "Qualcomm", "0x61": "Apple", "0xc0": "Ampere"}


def cpu(cpuinfo: Path = _CPUINFO) -> Fact[Cpu]:
    """Return model, flags and counts of this machine's CPU, of x86-64 and arm64."""
    try:
        blocks = _blocks(cpuinfo.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        return unknown(f"{cpuinfo} cannot be read: {error.strerror}", str(cpuinfo))
    processors = [block for block in blocks if "processor" in block]
    if not processors:
        return unknown(f"{cpuinfo} names no processor", str(cpuinfo))
    first = processors[0]
    affinity = tuple(sorted(os.sched_getaffinity(0)))
    flags = first.get("flags", first.get("Features", ""))
    value = Cpu(
        model=_model(first),
        machine=os.uname().machine,
        cores=_cores(processors),
        threads=len(processors),
        available=len(affinity),
        flags=tuple(sorted(set(flags.split()))),
        affinity=affinity,
        limits=limits(),
    )
    return recorded(value, str(cpuinfo))


def _blocks(text: str) -> list[dict[str, str]]:
    blocks = []
    for part in text.split("\n\n"):
        rows = [line.partition(":") for line in part.splitlines()]
        blocks.append({key.strip(): value.strip() for key, _colon, value in rows})
    return blocks


def _model(block: dict[str, str]) -> str:
    """Return the model's name; arm64 gives numbers of implementer and part instead."""
    if "model name" in block:
        return block["model name"]
    implementer = block.get("CPU implementer", "")
    maker = _IMPLEMENTERS.get(implementer, implementer)
    numbers = [block.get(f"CPU {name}", "") for name in ("part", "variant", "revision")]
    return " ".join([maker, *numbers]).strip() or "unnamed"


def _cores(processors: list[dict[str, str]]) -> int | None:
    """Return the number of physical cores, ``None`` where the kernel does not tell (arm64)."""
    cores = {
        (block["physical id"], block["core id"])
        for block in processors
        if "physical id" in block and "core id" in block
    }
    return len(cores) or None
