"""Which GPU it is: what stays the same from run to run."""

from __future__ import annotations

import hashlib
import hmac

from auditor.capture.collectors.nvml import Questions
from auditor.model.facts import Gpu, MigInstance

__all__ = ["device"]

_NO_KEY = "the project's key is not here"


def device(gpu: Questions, index: int, secret: bytes | None) -> Gpu:
    """Return what identifies a device; its own names are hashed with ``secret``."""
    memory = gpu.ask("memory", "nvmlDeviceGetMemoryInfo")
    capability = gpu.ask("capability", "nvmlDeviceGetCudaComputeCapability")
    mig = gpu.flag("mig", "nvmlDeviceGetMigMode")
    links, version = _nvlinks(gpu)
    return Gpu(
        name=gpu.text("name", "nvmlDeviceGetName") or f"GPU {index}",
        memory=None if memory is None else int(memory.total),
        capability=None if capability is None else f"{capability[0]}.{capability[1]}",
        architecture=_architecture(gpu),
        cores=gpu.ask("cores", "nvmlDeviceGetNumGpuCores"),
        vbios=gpu.text("vbios", "nvmlDeviceGetVbiosVersion"),
        ecc=gpu.flag("ecc", "nvmlDeviceGetEccMode"),
        mig=mig,
        instances=_instances(gpu) if mig else (),
        part=gpu.text("part", "nvmlDeviceGetBoardPartNumber"),
        inforom=gpu.text("inforom", "nvmlDeviceGetInforomImageVersion"),
        nvlinks=links,
        nvlink_version=version,
        pcie_generation=gpu.ask("pcie_generation", "nvmlDeviceGetMaxPcieLinkGeneration"),
        pcie_width=gpu.ask("pcie_width", "nvmlDeviceGetMaxPcieLinkWidth"),
        uuid=_hashed(gpu, "uuid", "nvmlDeviceGetUUID", secret),
        serial=_hashed(gpu, "serial", "nvmlDeviceGetSerial", secret),
        missing=gpu.missing,
    )


def _architecture(gpu: Questions) -> str | None:
    number = gpu.ask("architecture", "nvmlDeviceGetArchitecture")
    if number is None:
        return None
    prefix = "NVML_DEVICE_ARCH_"
    for name, value in vars(gpu.pynvml).items():
        if name.startswith(prefix) and value == number:
            return name.removeprefix(prefix).capitalize()
    return str(number)


def _instances(gpu: Questions) -> tuple[MigInstance, ...]:
    count = gpu.ask("instances", "nvmlDeviceGetMaxMigDeviceCount") or 0
    found = [_instance(gpu, index) for index in range(count)]
    return tuple(one for one in found if one is not None)


def _instance(gpu: Questions, index: int) -> MigInstance | None:
    """Return an instance; ``None`` where there is none of this number, which is no refusal."""
    pynvml = gpu.pynvml
    try:
        handle = pynvml.nvmlDeviceGetMigDeviceHandleByIndex(*gpu.about, index)
    except pynvml.NVMLError_NotFound:
        return None
    except pynvml.NVMLError as error:
        gpu.refused("instances", error)
        return None
    about = gpu.tried("instances", lambda: pynvml.nvmlDeviceGetAttributes_v2(handle))
    if about is None:
        return None
    return MigInstance(
        slices=about.gpuInstanceSliceCount,
        compute_slices=about.computeInstanceSliceCount,
        multiprocessors=about.multiprocessorCount,
        memory=about.memorySizeMB * 2**20,
    )


def _nvlinks(gpu: Questions) -> tuple[int | None, int | None]:
    """Return how many links are active, and their version."""
    pynvml = gpu.pynvml
    active = []
    for link in range(pynvml.NVML_NVLINK_MAX_LINKS):
        try:
            if pynvml.nvmlDeviceGetNvLinkState(*gpu.about, link):
                active.append(link)
        except pynvml.NVMLError_InvalidArgument:  # the device has fewer links than any may have
            break
        except pynvml.NVMLError as error:
            gpu.refused("nvlinks", error)
            return None, None
    if not active:
        return 0, None
    return len(active), gpu.ask("nvlink_version", "nvmlDeviceGetNvLinkVersion", active[0])


def _hashed(gpu: Questions, name: str, function: str, secret: bytes | None) -> str | None:
    """Return HMAC-SHA256 of what the device calls itself (RFC 2104)."""
    if secret is None:
        gpu.missing[name] = _NO_KEY
        return None
    value = gpu.text(name, function)
    if value is None:
        return None
    return f"hmac-sha256:{hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()}"
