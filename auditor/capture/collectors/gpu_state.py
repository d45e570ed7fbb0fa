"""How a GPU is at this moment: shown, for it may explain a run's time, and never compared."""

from __future__ import annotations

import re

from auditor.capture.collectors.nvml import Questions
from auditor.model.facts import GpuState

__all__ = ["state"]

_REASON = "nvmlClocksThrottleReason"
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Not one bit: no reason, all of them together, and an old name of another.
_NO_REASON = frozenset({"None", "All", "UserDefinedClocks"})
_PERFORMANCE_UNKNOWN = 32  # NVML_PSTATE_UNKNOWN


def state(gpu: Questions) -> GpuState:
    """Return a device's state."""
    pynvml = gpu.pynvml
    limit = gpu.ask("power_limit", "nvmlDeviceGetEnforcedPowerLimit")
    processes = gpu.ask("processes", "nvmlDeviceGetComputeRunningProcesses_v3")
    heat = gpu.ask("temperature", "nvmlDeviceGetTemperature", pynvml.NVML_TEMPERATURE_GPU)
    return GpuState(
        temperature=heat,
        clock=gpu.ask("clock", "nvmlDeviceGetClockInfo", pynvml.NVML_CLOCK_SM),
        memory_clock=gpu.ask("memory_clock", "nvmlDeviceGetClockInfo", pynvml.NVML_CLOCK_MEM),
        power_limit=None if limit is None else limit / 1000,
        performance=_performance(gpu),
        throttled=_throttled(gpu),
        processes=None if processes is None else len(processes),
        persistence=gpu.flag("persistence", "nvmlDeviceGetPersistenceMode"),
        missing=gpu.missing,
    )


def _performance(gpu: Questions) -> str | None:
    number = gpu.ask("performance", "nvmlDeviceGetPerformanceState")
    return None if number in {None, _PERFORMANCE_UNKNOWN} else f"P{number}"


def _throttled(gpu: Questions) -> tuple[str, ...] | None:
    """Return the names of the bits that are set, such as ``sw power cap``."""
    bits = gpu.ask("throttled", "nvmlDeviceGetCurrentClocksThrottleReasons")
    if bits is None:
        return None
    names = {
        name.removeprefix(_REASON): value
        for name, value in vars(gpu.pynvml).items()
        if name.startswith(_REASON)
    }
    known = {name: bit for name, bit in names.items() if name not in _NO_REASON}
    return tuple(sorted(_WORDS.sub(" ", name).lower() for name, bit in known.items() if bits & bit))
