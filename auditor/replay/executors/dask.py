"""Replays on the workers of a Dask cluster that is there already.

Slurm, PBS and Kubernetes come with dask-jobqueue and dask-kubernetes: their schedulers have an
address like any other. Each worker needs auditor and a container engine.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from auditor.errors import AuditorError, NotReplayedError

__all__ = ["Dask", "connect"]

_SECONDS = 20


class Dask:
    """A cluster that answered. The scheduler starts again elsewhere what a lost worker had."""

    here = False

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - Dask has no types
        self._client = client
        self._started: list[Any] = []

    def share(self, data: bytes) -> Any:  # noqa: ANN401 - Dask has no types
        """Send ``data`` to the scheduler once: what is only on a worker is lost with it."""
        return self._client.submit(bytes, data, pure=False)

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:  # noqa: ANN401
        """Start ``call`` on a worker."""
        future: Future[Any] = Future()
        remote = self._client.submit(call, *arguments, pure=False)
        self._started.append(remote)
        remote.add_done_callback(partial(_hand_over, future=future))
        return future

    def close(self, *, abandon: bool = False) -> None:
        """Leave the cluster as it was found; what is still going on there is given up."""
        if abandon:
            self._client.cancel(self._started, force=True)
        self._client.close()


def connect(address: str) -> Dask:
    """Return the cluster whose scheduler listens at ``address``.

    Raises ``NotReplayedError`` where nobody answers, Dask is not installed, or there are no
    workers that could replay.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - late: slow, and only clusters need it
    except ImportError:
        raise NotReplayedError(
            "Dask is not installed", hint="pip install 'auditor[dask]'"
        ) from None
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise NotReplayedError(
            f"no Dask cluster with workers answers at {address}: {_line(error)}",
            hint="start its scheduler and workers, or leave --executor out",
        ) from None
    warnings.filterwarnings("ignore", "Sending large graph", module="distributed")
    return Dask(client)


def _hand_over(remote: Any, *, future: Future[Any]) -> None:  # noqa: ANN401 - Dask has no types
    """Pass on how a call on the cluster ended, unless nobody waits for it any more."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(remote.result())
    except AuditorError as error:
        future.set_exception(error)
    except BaseException as error:  # noqa: BLE001 - whatever ended it there is told here
        future.set_exception(_told(error))


def _told(error: BaseException) -> Exception:
    from distributed.scheduler import KilledWorker  # noqa: PLC0415 - late: as above

    if isinstance(error, KilledWorker):
        return NotReplayedError(
            "every worker that carried it out was lost", hint="the logs of the workers say why"
        )
    if isinstance(error, ImportError):
        return NotReplayedError(
            f"a worker cannot import what it needs: {error}",
            hint="install the same version of auditor for the workers",
        )
    return NotReplayedError(f"the cluster could not carry it out: {_line(error)}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
