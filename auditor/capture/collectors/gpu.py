"""The GPUs, through NVML: no driver is a recorded fact, a call it lacks an entry in ``missing``."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from auditor.capture.collectors.gpu_device import device
from auditor.capture.collectors.gpu_state import state
from auditor.capture.collectors.nvml import Questions, absent, code_of, load, shut_down
from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Gpu, Gpus, GpuState

__all__ = ["Key", "gpus"]

# Makes or reads the key that the names of devices are hashed with.
Key = Callable[[], bytes]

_SOURCE = "NVML"


def gpus(key: Key | None = None) -> Fact[Gpus]:
    """Return the driver and the devices it shows, in the driver's order.

    Without a ``key`` nothing is kept that tells a device from another of its kind.
    """
    pynvml = load()
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return _without_driver(pynvml, error)
    try:
        return recorded(_gpus(pynvml, key), _SOURCE)
    except pynvml.NVMLError as error:
        return unknown(f"NVML failed: {error}: {code_of(pynvml, error)}", _SOURCE)
    finally:
        shut_down(pynvml)


def _without_driver(pynvml: ModuleType, error: Exception) -> Fact[Gpus]:
    said = f"{error}: {code_of(pynvml, error)}"
    if absent(pynvml, error):
        none = Gpus(driver=None, cuda=None, devices=())
        return recorded(none, _SOURCE, f"no NVIDIA driver: {said}")
    return unknown(f"the NVIDIA driver does not answer: {said}", _SOURCE)


def _gpus(pynvml: ModuleType, key: Key | None) -> Gpus:
    driver = Questions(pynvml)
    version = driver.text("driver", "nvmlSystemGetDriverVersion")
    cuda = driver.ask("cuda", "nvmlSystemGetCudaDriverVersion_v2")
    count = pynvml.nvmlDeviceGetCount()
    secret = key() if key is not None and count else None
    found = [_one(pynvml, index, secret) for index in range(count)]
    return Gpus(
        driver=version or "unknown",
        cuda=None if cuda is None else f"{cuda // 1000}.{cuda % 1000 // 10}",
        devices=tuple(identity for identity, _now in found),
        states=tuple(now for _identity, now in found),
        missing=driver.missing,
    )


def _one(pynvml: ModuleType, index: int, secret: bytes | None) -> tuple[Gpu, GpuState]:
    asked = Questions(pynvml)
    handle = asked.ask("handle", "nvmlDeviceGetHandleByIndex", index)
    if handle is None:
        nothing = Gpu(name=f"GPU {index}", memory=None, capability=None, missing=asked.missing)
        return nothing, GpuState(missing=asked.missing)
    return device(Questions(pynvml, handle), index, secret), state(Questions(pynvml, handle))
