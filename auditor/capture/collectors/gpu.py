"""The GPUs, through NVML: no driver is a recorded fact, a call it lacks an entry in ``missing``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from auditor.model.fact import Fact, recorded, unknown
from auditor.model.facts import Gpu, Gpus

__all__ = ["gpus"]

T = TypeVar("T")

_SOURCE = "NVML"


def gpus() -> Fact[Gpus]:
    """Return the driver and the devices it shows, in the driver's order."""
    pynvml = importlib.import_module("pynvml")

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return _without_driver(pynvml, error)
    try:
        return recorded(_gpus(pynvml), _SOURCE)
    except pynvml.NVMLError as error:
        return unknown(f"NVML failed: {error}", _SOURCE)
    finally:
        _quietly_shut_down(pynvml)


def _without_driver(pynvml: ModuleType, error: Exception) -> Fact[Gpus]:
    none = Gpus(driver=None, cuda=None, devices=())
    absent = (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED)
    if getattr(error, "value", None) in absent:
        return recorded(none, _SOURCE, f"no NVIDIA driver: {error}")
    return unknown(f"the NVIDIA driver does not answer: {error}", _SOURCE)


def _quietly_shut_down(pynvml: ModuleType) -> None:
    try:
        pynvml.nvmlShutdown()
    except pynvml.NVMLError:
        return


def _gpus(pynvml: ModuleType) -> Gpus:
    missing: dict[str, str] = {}
    driver = _ask(pynvml, missing, "driver", pynvml.nvmlSystemGetDriverVersion)
    cuda = _ask(pynvml, missing, "cuda", pynvml.nvmlSystemGetCudaDriverVersion_v2)
    count = pynvml.nvmlDeviceGetCount()
    return Gpus(
        driver=_text(driver) or "unknown",
        cuda=None if cuda is None else f"{cuda // 1000}.{cuda % 1000 // 10}",
        devices=tuple(_device(pynvml, index) for index in range(count)),
    )


def _device(pynvml: ModuleType, index: int) -> Gpu:
    missing: dict[str, str] = {}
    handle = _ask(pynvml, missing, "handle", lambda: pynvml.nvmlDeviceGetHandleByIndex(index))
    if handle is None:
        return Gpu(name=f"GPU {index}", memory=None, capability=None, missing=missing)

    def ask(name: str, function: str) -> Any:  # noqa: ANN401 - each call returns its own kind
        return _ask(pynvml, missing, name, lambda: getattr(pynvml, function)(handle))

    memory = ask("memory", "nvmlDeviceGetMemoryInfo")
    capability = ask("capability", "nvmlDeviceGetCudaComputeCapability")
    architecture = ask("architecture", "nvmlDeviceGetArchitecture")
    ecc = ask("ecc", "nvmlDeviceGetEccMode")
    mig = ask("mig", "nvmlDeviceGetMigMode")
    return Gpu(
        name=_text(ask("name", "nvmlDeviceGetName")) or f"GPU {index}",
        memory=None if memory is None else int(memory.total),
        capability=None if capability is None else f"{capability[0]}.{capability[1]}",
        architecture=_architecture(pynvml, architecture),
        cores=ask("cores", "nvmlDeviceGetNumGpuCores"),
        vbios=_text(ask("vbios", "nvmlDeviceGetVbiosVersion")),
        ecc=None if ecc is None else bool(ecc[0]),
        mig=None if mig is None else bool(mig[0]),
        missing=missing,
    )


def _ask(pynvml: ModuleType, missing: dict[str, str], name: str, call: Callable[[], T]) -> T | None:
    """Return what ``call`` returns; what this driver or device lacks becomes an entry."""
    try:
        return call()
    except pynvml.NVMLError as error:
        missing[name] = str(error)
        return None


def _architecture(pynvml: ModuleType, number: int | None) -> str | None:
    if number is None:
        return None
    prefix = "NVML_DEVICE_ARCH_"
    for name, value in vars(pynvml).items():
        if name.startswith(prefix) and value == number:
            return name.removeprefix(prefix).capitalize()
    return str(number)


def _text(value: str | bytes | None) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
