"""One container of a Docker engine, from create to remove."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from auditor.errors import EngineError, NotReplayedError
from auditor.replay.engines.failures import engine_errors, explanation
from auditor.replay.engines.interface import Container, Ended
from auditor.replay.engines.isolation import isolation
from auditor.replay.owner import owner

__all__ = ["OWNER", "run"]

OWNER = "org.auditor.owner"
_SLICE = 20.0  # seconds of one wait: the SDK cannot tell a time-out from a lost engine
_GRACE = 10.0  # seconds for the recorder to write down what it saw
_MOST_OUTPUT = 256 * 1024


def run(client: Any, container: Container) -> Ended:  # noqa: ANN401 - the SDK has no types
    """Run a container to its end and remove it, whatever happens, Ctrl-C included."""
    with engine_errors("creating a container"):
        created = _create(client, container)
    try:
        _start(created, container)
        with engine_errors("running the container"):
            timed_out = _wait(created, container.limits.timeout)
            return _ended(created, container, timed_out=timed_out)
    finally:
        _remove(created)


def _create(client: Any, container: Container) -> Any:  # noqa: ANN401 - the SDK has no types
    from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - slow

    try:
        return client.containers.create(container.image, **_settings(container))
    except ImageNotFound:
        raise EngineError(f"the image {container.image} is gone from the engine") from None
    except APIError as error:
        raise _refusal(error) from None


def _settings(container: Container) -> dict[str, Any]:
    return {
        "entrypoint": [container.argv[0]],
        "command": list(container.argv[1:]),
        "user": container.user,
        "working_dir": container.workdir,
        "environment": container.variables,
        "mounts": _mounts(container),
        "hostname": "auditor",
        "labels": {OWNER: owner(), "org.auditor.kind": "replay"},
        **isolation(container),
        **_gpus(container.gpus),
    }


def _mounts(container: Container) -> list[Any]:
    from docker.types import Mount  # noqa: PLC0415 - slow

    return [
        Mount(target=mount.target, source=mount.source, type="bind", read_only=mount.read_only)
        for mount in container.mounts
    ]


def _gpus(gpus: str | None) -> dict[str, Any]:
    from docker.types import DeviceRequest  # noqa: PLC0415 - slow

    if gpus is None:
        return {}
    capabilities = [["gpu"]]
    if gpus == "all" or gpus.isdigit():
        count = -1 if gpus == "all" else int(gpus)
        return {"device_requests": [DeviceRequest(count=count, capabilities=capabilities)]}
    chosen = [name.strip() for name in gpus.removeprefix("device=").split(",") if name.strip()]
    return {"device_requests": [DeviceRequest(device_ids=chosen, capabilities=capabilities)]}


def _start(created: Any, container: Container) -> None:  # noqa: ANN401 - the SDK has no types
    from docker.errors import APIError  # noqa: PLC0415 - slow

    with engine_errors("starting the container"):
        try:
            created.start()
        except APIError as error:
            if container.gpus is not None and "device driver" in explanation(error):
                raise NotReplayedError(
                    "the engine cannot give a container GPUs: it has no GPU runtime",
                    hint="install the NVIDIA Container Toolkit, or replay without --gpus",
                ) from None
            raise _refusal(error) from None


def _refusal(error: Exception) -> NotReplayedError:
    return NotReplayedError(f"the engine could not start the replay: {explanation(error)}")


def _wait(created: Any, timeout: float | None) -> bool:  # noqa: ANN401 - the SDK has no types
    """Wait for the end; return whether it had to be brought about."""
    deadline = None if timeout is None else time.monotonic() + timeout
    if _ends_by(created, deadline):
        return False
    created.kill(signal="SIGTERM")
    if not _ends_by(created, time.monotonic() + _GRACE):
        created.kill()
        _ends_by(created, None)
    return True


def _ends_by(created: Any, deadline: float | None) -> bool:  # noqa: ANN401 - the SDK has no types
    from requests import RequestException  # noqa: PLC0415 - slow

    while True:
        left = _SLICE if deadline is None else min(_SLICE, deadline - time.monotonic())
        if left <= 0:
            return False
        try:
            created.wait(timeout=left)
        except RequestException:
            # Either this slice is over or the engine is gone: then this fails as well.
            created.reload()
            if created.status not in {"exited", "dead"}:
                continue
        return True


def _ended(created: Any, container: Container, *, timed_out: bool) -> Ended:  # noqa: ANN401
    created.reload()
    state = created.attrs["State"]
    output = created.logs(tail=1000)[-_MOST_OUTPUT:] if container.talk else b""
    return Ended(
        code=int(state["ExitCode"]),
        out_of_memory=bool(state["OOMKilled"]),
        timed_out=timed_out,
        output=output.decode("utf-8", "replace"),
    )


def _remove(created: Any) -> None:  # noqa: ANN401 - the SDK has no types
    from docker.errors import DockerException  # noqa: PLC0415 - slow
    from requests import RequestException  # noqa: PLC0415 - slow

    # Where the engine is gone too, its error is already on its way; clean() removes it later.
    with suppress(DockerException, RequestException):
        created.remove(force=True, v=True)
