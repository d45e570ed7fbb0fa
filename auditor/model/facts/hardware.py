"""What a run computed on: processors, GPUs, numeric libraries and their modes."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.fact import Fact, unknown
from auditor.model.record import Record

__all__ = [
    "Arithmetic",
    "Cpu",
    "Gpu",
    "GpuState",
    "Gpus",
    "Limits",
    "MigInstance",
    "NumericLibrary",
]

_EARLIER = "it was not recorded by the version of auditor that made this fingerprint"


class Limits(Record, frozen=True, kw_only=True):
    """What the control groups allow, ``None`` where all that there is: ``version`` 1 or 2.

    ``processors`` is the quota of computing time, 1.5 for one and a half; ``cpuset`` as the kernel
    lists processors; ``memory`` in bytes.
    """

    version: int
    processors: float | None
    cpuset: str | None
    memory: int | None


class Cpu(Record, frozen=True, kw_only=True):
    """``cores`` physical, ``threads`` logical, ``available`` to this process; sorted ``flags``.

    ``affinity`` is which are available, and ``limits`` how much of them.
    """

    model: str
    machine: str
    cores: int | None
    threads: int
    available: int
    flags: tuple[str, ...]
    affinity: tuple[int, ...] = ()
    limits: Fact[Limits] = unknown(_EARLIER)


class MigInstance(Record, frozen=True, kw_only=True):
    """A part of a GPU under MIG: its slices, those to compute with; ``memory`` in bytes."""

    slices: int
    compute_slices: int
    multiprocessors: int
    memory: int


class Gpu(Record, frozen=True, kw_only=True):
    """One NVIDIA GPU as NVML names it; ``memory`` in bytes; ``capability`` as ``9.0``.

    ``part`` is the board's part number; ``nvlinks`` how many are active, ``nvlink_version`` as NVML
    numbers it. ``uuid`` and ``serial`` are hashed with a key of the project: they tell its devices
    apart and name none. ``missing`` gives for each member that is not known NVML's code.
    """

    name: str
    memory: int | None
    capability: str | None
    architecture: str | None = None
    cores: int | None = None
    vbios: str | None = None
    ecc: bool | None = None
    mig: bool | None = None
    instances: tuple[MigInstance, ...] = ()
    part: str | None = None
    inforom: str | None = None
    nvlinks: int | None = None
    nvlink_version: int | None = None
    pcie_generation: int | None = None
    pcie_width: int | None = None
    uuid: str | None = None
    serial: str | None = None
    missing: dict[str, str] = msgspec.field(default_factory=dict)


class GpuState(Record, frozen=True, kw_only=True):
    """How one GPU was when it was looked at; it changes by the second and is never compared.

    ``temperature`` in degrees Celsius, clocks in MHz, ``power_limit`` in watts, ``performance``
    from ``P0``, the fastest; ``throttled`` by what, in NVML's names; ``processes`` that compute.
    """

    temperature: int | None = None
    clock: int | None = None
    memory_clock: int | None = None
    power_limit: float | None = None
    performance: str | None = None
    throttled: tuple[str, ...] | None = None
    processes: int | None = None
    persistence: bool | None = None
    missing: dict[str, str] = msgspec.field(default_factory=dict)


class Gpus(Record, frozen=True, kw_only=True):
    """The GPUs that the driver shows; ``cuda`` is the newest CUDA that the driver supports.

    ``states`` are those of ``devices``, in their order, right after the run.
    """

    driver: str | None
    cuda: str | None
    devices: tuple[Gpu, ...]
    states: tuple[GpuState, ...] = ()
    missing: dict[str, str] = msgspec.field(default_factory=dict)


class NumericLibrary(Record, frozen=True, kw_only=True):
    """A numeric library that was loaded: its kind (openblas, mkl, openmp, …) and what it says."""

    kind: str
    file: str
    version: str | None = None
    kernel: str | None = None
    threads: int | None = None


class Arithmetic(Record, frozen=True, kw_only=True):
    """What decides the last bits: libraries, SIMD features in use, determinism flags.

    ``gpu`` is over all processes: *used*, *loaded*: the driver's library was in memory and nothing
    shows that a device was used, *unused*; ``None`` where that is not known.
    """

    libraries: tuple[NumericLibrary, ...] = ()
    simd: tuple[str, ...] = ()
    flags: dict[str, str] = msgspec.field(default_factory=dict)
    gpu: Literal["used", "loaded", "unused"] | None = None
