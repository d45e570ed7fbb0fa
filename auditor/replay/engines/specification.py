"""Containers in the words of Podman's own API, a SpecGenerator.

https://docs.podman.io/en/v4.3/_static/api.html (libpod, containers/create). Its API in Docker's
manner passes over requests for devices in silence, and has another umask.
"""

from __future__ import annotations

from typing import Any

__all__ = ["create", "specification"]

_VERSION = "v4.0.0"
_PERIOD = 100_000  # microseconds, the kernel's own


def create(
    client: Any,  # noqa: ANN401 - the SDK has no types of its own
    image: str,
    settings: dict[str, Any],
    devices: list[str],
) -> Any:  # noqa: ANN401 - as above
    """Return a container made of the settings of ``containers.create``, with CDI's ``devices``.

    Raises what the SDK raises.
    """
    body = {"image": image, **specification(settings), "devices": [{"path": d} for d in devices]}
    url = f"{client.api.base_url}/{_VERSION}/libpod/containers/create"
    response = client.api.post(url, json=body, timeout=client.api.timeout)
    client.api._raise_for_status(response)  # noqa: SLF001 - makes the SDK's own errors
    return client.containers.get(response.json()["Id"])


def specification(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings of ``containers.create`` as Podman says them.

    Raises ``KeyError`` for one that is missing, or that nothing here says.
    """
    known = dict(settings)
    found = {
        "name": known.pop("name"),
        "entrypoint": known.pop("entrypoint"),
        "command": known.pop("command"),
        "user": known.pop("user"),
        "umask": "0022",
        "work_dir": known.pop("working_dir"),
        "create_working_dir": True,
        "env": known.pop("environment"),
        "hostname": known.pop("hostname"),
        "labels": known.pop("labels"),
        "mounts": [*map(_bind, known.pop("mounts")), *map(_tmpfs, known.pop("tmpfs").items())],
        "read_only_filesystem": known.pop("read_only"),
        "cap_drop": known.pop("cap_drop"),
        "no_new_privileges": "no-new-privileges:true" in known.pop("security_opt"),
        "init": known.pop("init"),
        "ipcns": {"nsmode": known.pop("ipc_mode")},
        "netns": {"nsmode": known.pop("network_mode")},
        "shm_size": known.pop("shm_size"),
        "oom_score_adj": known.pop("oom_score_adj"),
        "r_limits": [_limit(limit) for limit in known.pop("ulimits")],
        "log_configuration": _logging(known.pop("log_config")),
        "sysctl": known.pop("sysctls", {}),
        "resource_limits": _resources(known),
    }
    if known:
        raise KeyError(*known)
    return found


def _bind(mount: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    options = ["rbind", "rprivate", "ro" if mount["ReadOnly"] else "rw"]
    place = {"source": mount["Source"], "destination": mount["Target"]}
    return {"type": "bind", "options": options, **place}


def _tmpfs(item: tuple[str, str]) -> dict[str, Any]:
    folder, options = item
    place = {"source": "tmpfs", "destination": folder}
    return {"type": "tmpfs", "options": options.split(","), **place}


def _limit(limit: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return {"type": limit.name, "soft": limit.soft, "hard": limit.hard}


def _logging(log: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    driver = "k8s-file" if log.type == "json-file" else log.type
    size = log.config.get("max-size", "")
    return {"driver": driver, "size": int(size[:-1]) << 20 if size else 0}


def _resources(known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"pids": {"limit": known.pop("pids_limit")}}
    if "mem_limit" in known:
        found["memory"] = {"limit": known.pop("mem_limit"), "swap": known.pop("memswap_limit")}
    cpu: dict[str, Any] = {}
    if "nano_cpus" in known:
        cpu = {"period": _PERIOD, "quota": known.pop("nano_cpus") * _PERIOD // 10**9}
    if "cpuset_cpus" in known:
        cpu["cpus"] = known.pop("cpuset_cpus")
    return {**found, "cpu": cpu} if cpu else found
