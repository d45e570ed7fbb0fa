"""Sections of the machine and of what happened on it: CPU, GPU, arithmetic, chance, network."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import msgspec

from auditor.compare.environment.interface import Section, Weight, always, apart
from auditor.model.facts import Arithmetic, Cpu, GeneratorUse, Gpus, NetworkAccess

__all__ = ["HARDWARE"]


# Members of a GPU, by how much a difference of them can do.
_LINKS = ("nvlinks", "nvlink_version", "pcie_generation", "pcie_width")
_BOARD = ("part", "vbios", "inforom", "ecc")
_COMPUTES = ("name", "memory", "capability", "architecture", "cores", "mig", "instances")


def _cpu(value: Cpu) -> dict[str, Any]:
    quota = value.limits.value.processors if value.limits.value is not None else None
    limited = {} if quota is None else {"hardware.cpu-quota": quota}
    return {
        **limited,
        "hardware.cpu": value.model,
        "hardware.cpu-machine": value.machine,
        "hardware.cpu-features": value.flags,
        "hardware.cpu-count": {
            "cores": value.cores,
            "threads": value.threads,
            "available": value.available,
        },
    }


def _show_cpu(value: Any, sides: tuple[Any, ...]) -> Any:  # noqa: ANN401
    return apart(value, sides) if isinstance(value, tuple) else value


def _weigh_cpu(subject: str, _before: Any, _after: Any) -> Weight:  # noqa: ANN401
    if subject == "hardware.cpu":
        note = "another model rounds otherwise only where its features differ"
        return Weight(severity="info", note=note)
    if subject in {"hardware.cpu-count", "hardware.cpu-quota"}:
        note = "more or fewer threads add up in another order"
        return Weight(severity="minor", note=note)
    note = "libraries choose their kernels by it, and these round in another order"
    return Weight(severity="major", note=note)


def _gpu(value: Gpus) -> dict[str, Any]:
    found: dict[str, Any] = {
        "hardware.gpu": _members(value, _COMPUTES),
        "hardware.gpu-driver": {"driver": value.driver, "cuda": value.cuda},
    }
    for subject, names in (("hardware.gpu-links", _LINKS), ("hardware.gpu-board", _BOARD)):
        members = _members(value, names)
        if any(known is not None for one in members for known in one.values()):
            found[subject] = members
    return found


def _members(value: Gpus, names: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    devices = (msgspec.to_builtins(device) for device in value.devices)
    return tuple({name: device[name] for name in names} for device in devices)


def _weigh_gpu(subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    if subject == "hardware.gpu-board":
        return Weight(severity="info", note="another board of the same GPU computes the same")
    if subject != "hardware.gpu-links":
        return Weight(severity="major", note="another GPU or driver computes in another order")
    if before is None or after is None:
        return Weight(severity="info", note="one of them did not say how its GPUs are linked")
    note = "several GPUs add up in the order that their links are best for"
    return Weight(severity="minor", note=note)


def _arithmetic(value: Arithmetic) -> dict[str, Any]:
    found: dict[str, Any] = {"hardware.simd": value.simd}
    if value.gpu is not None:
        found["hardware.gpu-use"] = value.gpu
    for one in value.libraries:
        name = PurePosixPath(one.file).name
        found[f"system.library:{name}"] = one.version
        found[f"hardware.kernel:{name}"] = one.kernel
        found[f"parallelism.threads:{name}"] = one.threads
    return {**found, **{f"arithmetic.flag:{name}": flag for name, flag in value.flags.items()}}


def _weigh_arithmetic(subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    kind = subject.partition(":")[0]
    if kind == "hardware.gpu-use":
        return _weigh_gpu_use(before, after)
    if before is None or after is None:
        return Weight(severity="minor", note="a numeric library was loaded on one side only")
    if kind == "parallelism.threads":
        return Weight(severity="minor", note="more or fewer threads add up in another order")
    if kind in {"hardware.kernel", "hardware.simd"}:
        return Weight(severity="major", note="another kernel rounds in another order")
    note = "it decides how numbers are computed"
    return Weight(severity="major", note=note, area="environment")


def _weigh_gpu_use(before: Any, after: Any) -> Weight:  # noqa: ANN401
    if "used" in {before, after}:
        return Weight(severity="major", note="a GPU adds up in another order than a CPU")
    note = "CUDA was loaded by one of them only, and no GPU was seen in use"
    return Weight(severity="info", note=note)


def _generators(value: tuple[GeneratorUse, ...]) -> dict[str, Any]:
    rows = sorted({f"{one.library}.{one.function} {one.site}".strip() for one in value})
    return {"randomness.unseeded": tuple(rows)} if rows else {}


def _network(value: tuple[NetworkAccess, ...]) -> dict[str, Any]:
    hosts = sorted({one.host for one in value})
    return {"network": tuple(hosts)} if hosts else {}


HARDWARE: tuple[Section, ...] = (
    Section(
        name="hardware.cpu",
        area="hardware",
        fact=lambda run: run.record.cpu,
        subjects=_cpu,
        weigh=_weigh_cpu,
        show=_show_cpu,
    ),
    Section(
        name="hardware.gpu",
        area="hardware",
        fact=lambda run: run.record.gpu,
        subjects=_gpu,
        weigh=_weigh_gpu,
    ),
    Section(
        name="arithmetic",
        area="hardware",
        fact=lambda run: run.record.arithmetic,
        subjects=_arithmetic,
        weigh=_weigh_arithmetic,
    ),
    Section(
        name="randomness.unseeded",
        area="randomness",
        fact=lambda run: run.record.generators,
        subjects=_generators,
        weigh=always("minor", "generators that nobody seeded draw other numbers each time"),
    ),
    Section(
        name="network",
        area="environment",
        fact=lambda run: run.record.network,
        subjects=_network,
        weigh=always("minor", "what comes from elsewhere may change"),
    ),
)
