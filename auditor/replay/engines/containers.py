"""One container of a Docker engine, from create to remove."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from auditor.errors import EngineError, NotReplayedError
from auditor.replay.engines import gpus
from auditor.replay.engines.failures import engine_errors, explanation, full, is_full
from auditor.replay.engines.interface import Container, Ended

__all__ = ["run"]

Create = Callable[[Container, str], Any]

_SLICE = 20.0  # seconds of one wait: the SDK cannot tell a time-out from a lost engine
_LOOK = 0.5  # seconds between two looks of its watch
_GRACE = 10.0  # seconds for the recorder to write down what it saw
_MOST_OUTPUT = 256 * 1024


def run(client: Any, container: Container, create: Create) -> Ended:  # noqa: ANN401 - the SDK has no types
    """Run a container to its end and remove it, whatever happens, Ctrl-C included.

    ``create`` makes it under a name.
    """
    # Its name is known before the engine answers: what it made unheard is removed as well.
    name = f"auditor-{uuid.uuid4().hex}"
    try:
        created = _created(container, create, name)
        _start(created, container)
        with engine_errors("running the container"):
            timed_out, stopped = _wait(created, container)
            return _ended(created, container, timed_out=timed_out, stopped=stopped)
    finally:
        _remove(client, name)


def _created(container: Container, create: Create, name: str) -> Any:  # noqa: ANN401 - the SDK has no types
    from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - late: slow

    with engine_errors("creating the container"):
        try:
            return create(container, name)
        except ImageNotFound:
            raise EngineError(
                f"the image {container.image} is gone from the engine",
                hint="it was removed meanwhile: replay once more to have it made again",
            ) from None
        except APIError as error:
            raise _refusal(explanation(error), container, "creating the container") from None


def _start(created: Any, container: Container) -> None:  # noqa: ANN401 - the SDK has no types
    from docker.errors import APIError  # noqa: PLC0415 - late: slow

    with engine_errors("starting the container"):
        try:
            created.start()
        except APIError as error:
            raise _refusal(explanation(error), container, "starting the container") from None


def _refusal(reason: str, container: Container, doing: str) -> NotReplayedError:
    if container.gpus is not None and gpus.is_refusal(reason):
        return gpus.refused(reason)
    if is_full(reason):
        return full(doing)
    return NotReplayedError(f"the engine could not start the replay: {reason}")


def _wait(created: Any, container: Container) -> tuple[bool, str]:  # noqa: ANN401 - the SDK has no types
    """Wait for the end; return whether it took too long, and what its watch ended it for."""
    timeout = container.limits.timeout
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    look = math.inf if container.watch is None else _LOOK
    while not _ends_by(created, min(deadline, time.monotonic() + look)):
        stopped = container.watch() if container.watch is not None else ""
        if stopped:
            _signal(created, "SIGKILL")
            _ends_by(created, math.inf)
            return False, stopped
        if time.monotonic() >= deadline:
            _signal(created, "SIGTERM")
            if not _ends_by(created, time.monotonic() + _GRACE):
                _signal(created, "SIGKILL")
                _ends_by(created, math.inf)
            return True, ""
    return False, ""


def _signal(created: Any, signal: str) -> None:  # noqa: ANN401 - the SDK has no types
    from docker.errors import APIError  # noqa: PLC0415 - late: slow

    try:
        created.kill(signal=signal)
    except APIError as error:
        if error.status_code not in {404, 409}:  # it has ended by itself meanwhile
            raise


def _ends_by(created: Any, deadline: float) -> bool:  # noqa: ANN401 - the SDK has no types
    from requests import RequestException  # noqa: PLC0415 - late: slow

    while True:
        left = min(_SLICE, deadline - time.monotonic())
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


def _ended(created: Any, container: Container, *, timed_out: bool, stopped: str) -> Ended:  # noqa: ANN401
    created.reload()
    state = created.attrs["State"]
    output = created.logs()[-_MOST_OUTPUT:] if container.talk else b""
    return Ended(
        code=int(state["ExitCode"]),
        out_of_memory=bool(state["OOMKilled"]),
        timed_out=timed_out,
        stopped=stopped,
        output=output.decode("utf-8", "replace"),
    )


def _remove(client: Any, name: str) -> None:  # noqa: ANN401 - the SDK has no types
    from docker.errors import DockerException  # noqa: PLC0415 - late: slow
    from requests import RequestException  # noqa: PLC0415 - late: slow

    # Where the engine is gone too, its error is already on its way; clean() removes it later.
    with suppress(DockerException, RequestException):
        client.api.remove_container(name, force=True, v=True)
