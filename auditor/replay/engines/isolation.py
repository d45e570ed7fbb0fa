"""What a container may not do: the settings that hold it, as the Docker API names them."""

from __future__ import annotations

from typing import Any

from auditor.model.plan import Limits
from auditor.replay.engines.interface import Container

__all__ = ["isolation"]


def isolation(container: Container) -> dict[str, Any]:
    """Return the settings of ``containers.create`` that limit what ``container`` may do."""
    return {
        "tmpfs": _scratch(container),
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "init": True,
        "ipc_mode": "private",
        "shm_size": container.limits.shm,
        "log_config": _logging(talk=container.talk),
        **_limits(container.limits),
        **({"cpuset_cpus": container.processors} if container.processors else {}),
    }


def _scratch(container: Container) -> dict[str, str]:
    uid, _colon, gid = container.user.partition(":")
    private = f"rw,nosuid,nodev,exec,uid={uid},gid={gid},"
    return {folder: f"{private}mode={_mode(folder)}" for folder in container.scratch}


def _mode(folder: str) -> str:
    # Where the folder exists in the image, only uid and gid given with it take effect.
    return "1777" if folder == "/tmp" else "0700"  # noqa: S108 - in the container


def _limits(limits: Limits) -> dict[str, Any]:
    settings: dict[str, Any] = {"network_mode": limits.network, "pids_limit": limits.pids}
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
