"""What a run computed on: processors, GPUs, numeric libraries and their modes."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.record import Record

__all__ = [
    "Arithmetic",
    "Cpu",
    "Gpu",
    "Gpus",
    "NumericLibrary",
]


class Cpu(Record, frozen=True, kw_only=True):
    """``cores`` physical, ``threads`` logical, ``available`` to this process; sorted ``flags``."""

    model: str
    machine: str
    cores: int | None
    threads: int
    available: int
    flags: tuple[str, ...]


class Gpu(Record, frozen=True, kw_only=True):
    """One NVIDIA GPU as NVML names it; ``memory`` in bytes; ``capability`` as ``9.0``."""

    name: str
    memory: int | None
    capability: str | None
    architecture: str | None = None
    cores: int | None = None
    vbios: str | None = None
    ecc: bool | None = None
    mig: bool | None = None
    missing: dict[str, str] = msgspec.field(default_factory=dict)


class Gpus(Record, frozen=True, kw_only=True):
    """The GPUs that the driver shows; ``cuda`` is the newest CUDA that the driver supports."""

    driver: str | None
    cuda: str | None
    devices: tuple[Gpu, ...]


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
