"""GPUs for a container, as the Docker API asks for them."""

from __future__ import annotations

from typing import Any

from auditor.errors import NotReplayedError

__all__ = ["cdi_names", "is_refusal", "refused", "requests"]

# What engines, NVIDIA's runtime and CDI say where there is no way to GPUs
_REFUSALS = (
    *("device driver", "cdi device", "nvidia.com/gpu", "nvidia-container"),
    "unknown or invalid runtime name",
)


def requests(gpus: str | None, support: str) -> dict[str, Any]:
    """Return the settings of ``containers.create`` that ask for GPUs.

    ``gpus`` is ``all``, a number or ids with commas between. ``support`` as in ``Abilities``: CDI
    has names for devices, ``nvidia.com/gpu=…``; its driver is called ``cdi``.
    """
    from docker.types import DeviceRequest  # noqa: PLC0415 - late: slow

    if gpus is None:
        return {}
    if support == "cdi":
        return {"device_requests": [DeviceRequest(driver="cdi", device_ids=cdi_names(gpus))]}
    capabilities = [["gpu"]]
    if gpus == "all" or gpus.isdigit():
        count = -1 if gpus == "all" else int(gpus)
        return {"device_requests": [DeviceRequest(count=count, capabilities=capabilities)]}
    return {"device_requests": [DeviceRequest(device_ids=_ids(gpus), capabilities=capabilities)]}


def cdi_names(gpus: str) -> list[str]:
    """Return the names of the Container Device Interface: of N GPUs, of the first N."""
    ids = [str(one) for one in range(int(gpus))] if gpus.isdigit() else _ids(gpus)
    return [one if "=" in one else f"nvidia.com/gpu={one}" for one in ids]


def is_refusal(reason: str) -> bool:
    """Say whether an engine's reason for not starting a container is that it cannot give GPUs."""
    return any(word in reason.lower() for word in _REFUSALS)


def refused(reason: str) -> NotReplayedError:
    """Return the error of a replay that cannot have GPUs."""
    return NotReplayedError(
        f"the engine cannot give a container GPUs: {reason}",
        hint="install the NVIDIA Container Toolkit (for Docker: nvidia-ctk runtime configure; for"
        " CDI: nvidia-ctk cdi generate), or replay without --gpus",
    )


def _ids(gpus: str) -> list[str]:
    return [name.strip() for name in gpus.removeprefix("device=").split(",") if name.strip()]
