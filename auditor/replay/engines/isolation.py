"""What a container may not do: the settings that hold it, as the Docker API names them."""

from __future__ import annotations

import resource
from typing import Any

from auditor.model.plan import Limits
from auditor.replay.engines.interface import Container

__all__ = ["isolation"]

_PROCESSES = 65536  # of one user on the whole machine: what holds a replay is ``pids``
_FIRST_TO_DIE = 500  # of 1000, where this machine runs out of memory
_SCRATCH = 1 << 30


def isolation(container: Container) -> dict[str, Any]:
    """Return the settings of ``containers.create`` that limit what ``container`` may do.

    The engine's own seccomp profile and masks of /proc and /sys stay in force, for nothing here
    takes them away.
    """
    return {
        "tmpfs": _scratch(container),
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "init": True,
        "ipc_mode": "private",
        "shm_size": container.limits.shm,
        "oom_score_adj": _FIRST_TO_DIE,
        "ulimits": _ulimits(container.limits),
        "log_config": _logging(talk=container.talk),
        **_limits(container.limits),
        **({"cpuset_cpus": container.processors} if container.processors else {}),
    }


def _scratch(container: Container) -> dict[str, str]:
    uid, _colon, gid = container.user.partition(":")
    size = container.limits.scratch or _SCRATCH
    private = f"rw,nosuid,nodev,exec,size={size},uid={uid},gid={gid},"
    return {folder: f"{private}mode={_mode(folder)}" for folder in container.scratch}


def _mode(folder: str) -> str:
    # Where the folder exists in the image, only uid and gid given with it take effect.
    return "1777" if folder == "/tmp" else "0700"  # noqa: S108 - in the container


def _ulimits(limits: Limits) -> list[Any]:
    from docker.types import Ulimit  # noqa: PLC0415 - slow

    wanted = {
        "core": 0,
        "nofile": _allowed(resource.RLIMIT_NOFILE, limits.descriptors),
        "nproc": _allowed(resource.RLIMIT_NPROC, _PROCESSES),
    }
    largest = limits.file if limits.file is not None else limits.disk
    if largest is not None:
        wanted["fsize"] = largest
    return [Ulimit(name=name, soft=value, hard=value) for name, value in wanted.items()]


def _allowed(kind: int, wanted: int) -> int:
    # An engine without root's rights can give no more than its user has.
    _soft, hard = resource.getrlimit(kind)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _limits(limits: Limits) -> dict[str, Any]:
    settings: dict[str, Any] = {"network_mode": limits.network, "pids_limit": limits.pids}
    if limits.network == "none":
        # The recorder answers look-ups there, at port 53, without a right to.
        settings["sysctls"] = {"net.ipv4.ip_unprivileged_port_start": "0"}
    if limits.memory is not None:
        settings |= {"mem_limit": limits.memory, "memswap_limit": limits.memory}
    if limits.cpus is not None:
        settings["nano_cpus"] = int(limits.cpus * 1e9)
    return settings


def _logging(*, talk: bool) -> Any:  # noqa: ANN401 - the SDK has no types
    from docker.types import LogConfig  # noqa: PLC0415 - slow

    if talk:
        return LogConfig(type="json-file", config={"max-size": "1m", "max-file": "1"})
    return LogConfig(type="none")
