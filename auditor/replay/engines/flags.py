"""The options of ``docker run`` that make the same container as the settings of the SDK."""

from __future__ import annotations

from typing import Any

from auditor.replay.engines.interface import Container
from auditor.replay.engines.settings import settings_of

__all__ = ["flags"]

_PLAIN = {
    "cpuset_cpus": "--cpuset-cpus",
    "hostname": "--hostname",
    "ipc_mode": "--ipc",
    "mem_limit": "--memory",
    "memswap_limit": "--memory-swap",
    "network_mode": "--network",
    "oom_score_adj": "--oom-score-adj",
    "pids_limit": "--pids-limit",
    "shm_size": "--shm-size",
    "user": "--user",
}
_SWITCHES = {"init": "--init", "read_only": "--read-only"}
_LISTS = {"cap_drop": "--cap-drop", "security_opt": "--security-opt"}


def flags(container: Container, gpu_support: str = "") -> tuple[str, ...]:
    """Return what holds ``container``, as words for ``docker run``: from the very settings."""
    settings = settings_of(container, gpu_support)
    return tuple(word for name in sorted(settings) for word in _words(name, settings[name]))


def _words(name: str, value: Any) -> list[str]:  # noqa: ANN401, PLR0911 - as the SDK has them
    if name in _PLAIN:
        return [_PLAIN[name], str(value)]
    if name in _SWITCHES:
        return [_SWITCHES[name]] if value else []
    if name in _LISTS:
        return _each(_LISTS[name], value)
    if name == "nano_cpus":
        return ["--cpus", f"{value / 1e9:.9g}"]
    if name == "tmpfs":
        return _each("--tmpfs", [f"{folder}:{options}" for folder, options in value.items()])
    if name == "sysctls":
        return _each("--sysctl", [f"{key}={text}" for key, text in value.items()])
    if name == "ulimits":
        return _each("--ulimit", [f"{one['Name']}={one['Soft']}:{one['Hard']}" for one in value])
    if name == "device_requests":
        return [word for one in value for word in _gpus(one)]
    return []  # what is run and what it is given; its labels and its log are auditor's own


def _each(option: str, values: list[str]) -> list[str]:
    return [word for value in values for word in (option, value)]


def _gpus(request: dict[str, Any]) -> list[str]:
    ids = request.get("DeviceIDs") or []
    if request.get("Driver") == "cdi":
        return _each("--device", ids)
    if ids:
        return ["--gpus", f'"device={",".join(ids)}"']
    return ["--gpus", "all" if request["Count"] == -1 else str(request["Count"])]
